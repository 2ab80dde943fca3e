# The rooms of src/, in the order of src/LINE: one archive each.  An archive
# also hangs on its folder, so that a source that went is not linked on.

ROOMS := $(shell awk '!/^\#/ && NF && $$1 != "record" { print $$1 }' src/LINE)

define room_rules
room_src_$(1) := $$(sort $$(wildcard src/$(1)/*.c))
room_obj_$(1) := $$(patsubst %.c,$(B)/%.o,$$(room_src_$(1)))
room_may_$(1) := $$(shell awk '$$$$1 == "$(1)" { $$$$1 = ""; print }' src/LINE)
room_archives_$(1) := $$(patsubst %,$(B)/src/%.a,$(1) \
	$$(if $$(filter *,$$(room_may_$(1))),$$(filter-out $(1),$(ROOMS)),$$(room_may_$(1))))
$(B)/src/$(1).a: $$(room_obj_$(1)) src/$(1)
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)ar rcsD $$@ $$(room_obj_$(1))
endef
$(foreach room,$(ROOMS),$(eval $(call room_rules,$(room))))

# The headers of an object are in the .d beside it; autoconf.h is one of them.
COMPILE = @mkdir -p $(@D) && echo "  CC      $<"
MAKE_RULES := mk/flags.mk

$(B)/src/%.o: src/%.c $(MAKE_RULES)
	$(COMPILE)
	$(Q)$(CC) $(ALL_CFLAGS) $(WARNINGS_SRC) -MMD -MP -c -o $@ $<

$(B)/firmware/%.o: firmware/%.c $(MAKE_RULES)
	$(COMPILE)
	$(Q)$(CC) $(ALL_CFLAGS) $(WARNINGS_SRC) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/src $(B)/firmware $(B)/tests -name '*.d' 2>/dev/null)
