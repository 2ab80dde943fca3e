# Tests.
#
# tests/unit/ROOM/test_*.c   one program a room, linked with that room and the
#                            rooms it may include (firmware: with all);
#                            run in release and asan
# tests/endpoint/run         log messages in, events out; how long each takes:
#                            show_events --bench
# tests/forward/run          records in, messages to a SOC out, read back
# tests/fuzz/fuzz_*.c        one program each, over the whole line; what was
#                            found once (regressions/, seeds/) is run again
# tests/detection/           made-up scanners and honest hosts before detect:
#                            how many are found, and after how many probes
# tests/ground/run           configuring, installing, what make says
# tests/replay/run           recordings in, alerts out; and what bad input gives
# tests/memory/flood.c       no allocation on the packet path; flat under floods
# tests/fault/run            the store's writer, killed or refused at any call to
#                            the system; opened again and held against
# tests/fault/run_whole      the same of keeping and forwarding together: what
#                            was printed and what receivers got held against it
# tests/syslog/test_logs.py  logs of endpoints: a running sensor and its peers
# tests/forward/test_receivers.py  `make check-soc`: rsyslog and syslog-ng
#                            receive what is forwarded
# tests/forward/test_kafka.py  `make check-kafka`: built with Kafka, a running
#                            sensor and a mocked cluster
# tests/lab/test_*           live, in network namespaces; needs root, else it
#                            skips
# tests/contrib/test_files   contrib/endpoints: files that are only read
# tests/contrib/test_relays  the relays of it, run; fetches their packages, else
#                            it skips
#
# `check` and `demo` first install what is missing, then call make again: only
# then can be read what a configured and equipped machine has.

UNIT_ROOMS := $(sort $(patsubst tests/unit/%/,%,$(dir $(wildcard tests/unit/*/test_*.c))))
UNIT_PROGRAMS := $(patsubst %,$(B)/tests/unit/%/test,$(UNIT_ROOMS))
# An archive: a room's tests take of it what they need, and only that has to
# link with the room.
SUPPORT_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/support/*.c)))
SUPPORT := $(B)/tests/support.a
ROOM_ARCHIVES := $(patsubst %,$(B)/src/%.a,$(ROOMS))
# firmware/ is no room, but its parts are tested like one.
room_archives_firmware := $(filter-out $(B)/firmware/main.o,$(PROGRAM_OBJ)) \
	$(ROOM_ARCHIVES)

# Links the objects and archives of a rule, then what is given.
define link
@echo "  LD      $@"
$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group \
	$(filter %.a,$^) -Wl,--end-group $(1) $(LIBS)
endef

$(B)/tests/%.o: tests/%.c $(MAKE_RULES)
	$(COMPILE)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -c -o $@ $<

$(SUPPORT): $(SUPPORT_OBJ)
	$(Q)rm -f $@; ar rcsD $@ $^

# A program of unit tests also hangs on its folder, so that a file that went is
# not linked on.
define unit_rules
$(B)/tests/unit/$(1)/test: $$(patsubst %.c,$(B)/%.o,$$(sort $$(wildcard tests/unit/$(1)/*.c))) \
		$(SUPPORT) $$(room_archives_$(1)) tests/unit/$(1)
	$$(call link,-lcriterion)
endef
$(foreach room,$(UNIT_ROOMS),$(eval $(call unit_rules,$(room))))

.PHONY: unit unit-programs
unit-programs: $(UNIT_PROGRAMS)
unit: unit-programs ## Run the unit tests of this VARIANT
	$(Q)scripts/run-tests $(foreach room,$(UNIT_ROOMS),\
		'unit $(room)=$(B)/tests/unit/$(room)/test')

# How well scanners are found, and honest hosts left alone.
SIMULATE := $(B)/tests/detection/simulate
$(SIMULATE): $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/detection/*.c))) \
		$(B)/tests/support/probe_script.o $(room_archives_detect)
	$(call link,-lm)

.PHONY: simulate
simulate: $(SIMULATE) ## Print how well detection does on made-up hosts
	$(Q)$<

# How many events of endpoints a running sensor takes (some minutes).
.PHONY: bench-logs
bench-logs: $(O)/spanwatch ## Measure how many events of endpoints a sensor takes
	$(Q)SPANWATCH=$(abspath $<) tests/syslog/bench_logs.py

FLOOD := $(B)/tests/memory/flood
$(FLOOD): $(B)/tests/memory/flood.o $(ROOM_ARCHIVES)
	$(call link)

# Log messages in, events out, held against what is known of them.
SHOW_EVENTS := $(B)/tests/endpoint/show_events
$(SHOW_EVENTS): $(B)/tests/endpoint/show_events.o $(room_archives_endpoint)
	$(call link)

# Records in, messages to a SOC out.
SHOW_FORMATS := $(B)/tests/forward/show_formats
$(SHOW_FORMATS): $(B)/tests/forward/show_formats.o $(room_archives_forward)
	$(call link)

# Recorded activities, and which process is named for them.
NAME_PROCESS := $(B)/tests/attribution/name_process
$(NAME_PROCESS): $(B)/tests/attribution/name_process.o $(ROOM_ARCHIVES)
	$(call link)

# Records in, messages to a receiver out, without a sensor.
SEND_RECORDS := $(B)/tests/forward/send
$(SEND_RECORDS): $(B)/tests/forward/send.o $(room_archives_forward) \
		$(B)/src/policy.a $(B)/src/authorise.a
	$(call link)

# A cluster of Kafka, mocked.
KAFKA_CLUSTER := $(B)/tests/forward/kafka_cluster
$(KAFKA_CLUSTER): $(B)/tests/forward/kafka_cluster.o
	$(call link)

# The store's writer, and what cuts it off between two calls to the system.
CUT_WRITER := $(B)/tests/fault/writer
$(CUT_WRITER): $(B)/tests/fault/writer.o $(room_archives_store)
	$(call link)
# Keeping and forwarding together, likewise.
KEEPER := $(B)/tests/fault/keeper
$(KEEPER): $(B)/tests/fault/keeper.o $(B)/tests/support/finding_builder.o \
		$(ROOM_ARCHIVES)
	$(call link)
FAULT_DUMP := $(B)/tests/fault/dump
$(FAULT_DUMP): $(B)/tests/fault/dump.o $(room_archives_store)
	$(call link)
CUT := $(B)/tests/fault/cut.so
$(CUT): tests/fault/cut.c $(MAKE_RULES)
	@mkdir -p $(@D) && echo "  LD      $@"
	$(Q)$(CC) $(STD) -O2 $(WARNINGS) -Wno-pedantic -shared -fPIC \
		-fvisibility=default -o $@ $<

.PHONY: check-fault
check-fault: $(CUT_WRITER) $(KEEPER) $(FAULT_DUMP) $(CUT) ## Kill storing 720 times, with forwarding 600 times
	$(Q)scripts/run-tests --jobs 1 \
		'fault=tests/fault/run $(CUT_WRITER) $(CUT)' \
		'fault whole=tests/fault/run_whole $(KEEPER) $(CUT)'

LAB_PROGRAMS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/lab/test_*.c)))
LAB_SCRIPTS := $(sort $(wildcard tests/lab/test_*.py))
$(LAB_PROGRAMS): %: %.o $(SUPPORT_OBJ) $(ROOM_ARCHIVES)
	$(call link,-lcriterion)

# Fuzzing.  With VARIANT=fuzz libFuzzer drives; in other variants the same
# target reads the inputs it is given, which makes a regression test of it.
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_PROGRAMS := $(FUZZ_NAMES:%=$(B)/tests/fuzz/fuzz_%)
FUZZ_DRIVER := $(if $(filter fuzz,$(VARIANT)),,$(B)/tests/fuzz/again.o)
FUZZ_SECONDS ?= 60
fuzz_inputs = $(wildcard tests/fuzz/seeds/$(1) tests/fuzz/regressions/$(1))

$(FUZZ_PROGRAMS): $(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o \
		$(FUZZ_DRIVER) $(SUPPORT_OBJ) $(ROOM_ARCHIVES)
	$(call link,$(if $(FUZZ_DRIVER),,-fsanitize=fuzzer))

.PHONY: fuzz-programs fuzz
fuzz-programs: $(FUZZ_PROGRAMS)
ifeq ($(VARIANT),fuzz)
fuzz: $(FUZZ_NAMES:%=fuzz-%) ## With VARIANT=fuzz: fuzz each target for FUZZ_SECONDS
fuzz-%: $(B)/tests/fuzz/fuzz_%
	@mkdir -p $(B)/corpus/$*
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(B)/corpus/$*- \
		$(B)/corpus/$* $(call fuzz_inputs,$*)
endif

# The runs.
SPANWATCH := $(O)/spanwatch
DEMO_CAPTURE ?= tests/replay/captures/tnc-sysmon-xml.pcap
DEMO_LOGS ?= tests/replay/captures/tnc-sysmon-xml.logs
DEMO_CONF ?= tests/replay/lab.conf
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
# For a make that a test runs: it is no child of this one's job server.
TEST_MAKE = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
	$(MAKE) --no-print-directory -j$(JOBS) O=$(O)
# Parts of lint that `make check` leaves out: LINT_SKIP="tidy cppcheck".
LINT_SKIP ?=

.PHONY: packages demo run-demo check run-check check-lab run-check-lab coverage
packages: ## Install what building and testing need (root, or sudo)
	$(Q)scripts/install-packages build test lint

demo: ## Install, build, and show the alerts of a recording
	$(Q)scripts/install-packages build
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) run-demo
run-demo: all
	@echo "The alerts of $(DEMO_CAPTURE), with what its endpoints logged:"
	$(Q)$(SPANWATCH) replay -c $(DEMO_CONF) --logs $(DEMO_LOGS) \
		$(DEMO_CAPTURE)

check: ## Install, build, and run every test that needs no root
	$(Q)scripts/install-packages build test lint
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) run-check
run-check: all unit-programs $(SIMULATE) $(FLOOD) $(SHOW_EVENTS) \
		$(NAME_PROCESS) $(SHOW_FORMATS) $(CUT_WRITER) $(KEEPER) $(FAULT_DUMP) $(CUT)
	$(Q)$(MAKE) --no-print-directory VARIANT=asan unit-programs fuzz-programs
	$(Q)SPANWATCH=$(abspath $(SPANWATCH)) scripts/run-tests \
		'memory=$(FLOOD)' \
		'fault=tests/fault/run $(CUT_WRITER) $(CUT)' \
		'fault whole=tests/fault/run_whole $(KEEPER) $(CUT) --kills 60' \
		'detection=$(SIMULATE) --check' \
		'ground=tests/ground/run' \
		'replay=tests/replay/run' \
		'logs=tests/syslog/test_logs.py' \
		'endpoint=tests/endpoint/run $(SHOW_EVENTS)' \
		'attribution=tests/attribution/run $(NAME_PROCESS)' \
		'forward=tests/forward/run $(SHOW_FORMATS)' \
		'contrib siem=tests/contrib/test_siem.py $(SHOW_FORMATS)' \
		'contrib files=env SHOW_EVENTS=$(abspath $(SHOW_EVENTS)) tests/contrib/test_files.py' \
		$(foreach room,$(UNIT_ROOMS), \
			'unit $(room)=$(O)/tests/unit/$(room)/test' \
			'unit $(room), asan=$(O)/asan/tests/unit/$(room)/test') \
		$(foreach name,$(FUZZ_NAMES),'fuzz $(name), asan=$(strip \
			$(O)/asan/tests/fuzz/fuzz_$(name) $(call fuzz_inputs,$(name)))') \
		--by-exit $(foreach part,$(filter-out $(LINT_SKIP:%=lint-%),$(LINT_PARTS)), \
			'$(subst lint-,lint ,$(part))=$(TEST_MAKE) $(part)')

# Receivers of SOCs, rsyslog and syslog-ng, run here as whoever runs this.
.PHONY: check-soc run-check-soc
check-soc: ## Install, build, and send to the receivers of SOCs
	$(Q)scripts/install-packages build soc
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) run-check-soc
run-check-soc: all $(SEND_RECORDS)
	$(Q)SPANWATCH=$(abspath $(SPANWATCH)) SEND=$(abspath $(SEND_RECORDS)) \
		DAEMONS=$(abspath $(O)/soc) scripts/run-tests --jobs 1 \
		'receivers=tests/forward/test_receivers.py'

# With Kafka built in, which is not the default: in a folder of its own.
.PHONY: check-kafka run-check-kafka
check-kafka: ## Install, build with Kafka, and send to a mocked cluster
	$(Q)scripts/install-packages build test kafka
	$(Q)mkdir -p $(O)/kafka && echo CONFIG_FORWARD_KAFKA=y >$(O)/kafka/.config
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) O=$(O)/kafka run-check-kafka
run-check-kafka: all $(KAFKA_CLUSTER) $(patsubst %,$(B)/tests/unit/%/test,config forward firmware)
	$(Q)SPANWATCH=$(abspath $(SPANWATCH)) CLUSTER=$(abspath $(KAFKA_CLUSTER)) \
		scripts/run-tests --jobs 1 \
		'kafka=tests/forward/test_kafka.py' \
		$(foreach room,config forward firmware, \
			'unit $(room)=$(B)/tests/unit/$(room)/test')

check-lab: ## Install, build, and run the live tests in namespaces (root)
	$(Q)scripts/install-packages build lab; status=$$?; \
	if [ $$status -eq 0 ]; then \
		$(MAKE) --no-print-directory $(PARALLEL) run-check-lab; \
	elif [ $$status -eq 77 ]; then \
		echo "skipped: the live tests need packages that only root can install"; \
		echo "0 passed, 0 failed, $(words $(LAB_PROGRAMS) $(LAB_SCRIPTS)) skipped"; \
	else exit $$status; fi
run-check-lab: all $(LAB_PROGRAMS)
	$(Q)SPANWATCH=$(abspath $(SPANWATCH)) scripts/run-tests --jobs 1 \
		$(foreach test,$(LAB_PROGRAMS), \
			'lab $(notdir $(test))=$(test) --verbose=1') \
		$(foreach test,$(LAB_SCRIPTS), \
			'lab $(basename $(notdir $(test)))=$(test)') \
		'contrib relays=env DAEMONS=$(abspath $(O)/contrib) tests/contrib/test_relays.py'

ifeq ($(VARIANT),cov)
coverage: unit-programs ## With VARIANT=cov: what the unit tests reach
	$(Q)find $(B) -name '*.gcda' -delete
	$(Q)for program in $(UNIT_PROGRAMS); do $$program --quiet || exit 1; done
	$(Q)gcovr --root . --filter src/ --exclude-lines-by-pattern '.*NEVER\(.*' \
		--print-summary $(B)
endif
