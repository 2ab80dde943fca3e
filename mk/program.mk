# The one executable.

LIBS := -lpcap -lconfuse -lexpat -ljansson -lsqlite3 -lnettle -lgnutls -lseccomp -lcap -lm
ifeq ($(CONFIG_FORWARD_KAFKA),y)
LIBS += -lrdkafka
endif
ifeq ($(CONFIG_CLASSIFY_NDPI),y)
LIBS += -lndpi
endif

PROGRAM_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard firmware/*.c firmware/tools/*.c)))

$(B)/spanwatch: $(PROGRAM_OBJ) $(patsubst %,$(B)/src/%.a,$(ROOMS))
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(PROGRAM_OBJ) -Wl,--start-group \
		$(patsubst %,$(B)/src/%.a,$(ROOMS)) -Wl,--end-group $(LIBS)

# What `spanwatch version` says of Kconfig's options.
$(B)/firmware/tools/version.o: $(B)/firmware/build_options.def
$(B)/firmware/build_options.def: $(O)/auto.conf
	@mkdir -p $(@D)
	$(Q)sed -n 's/^CONFIG_\([A-Z0-9_]*\)=\(.*\)/OPTION("\1=\2")/p' $< >$@
