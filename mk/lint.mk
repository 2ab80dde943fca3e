# Lint: each part a target of its own, so that all of them run and are counted.

LINT_C := $(sort $(wildcard src/*/*.c firmware/*.c firmware/*/*.c))
LINT_H := $(sort $(wildcard src/*/*.h firmware/*.h firmware/*/*.h))
LINT_TESTS := $(sort $(wildcard tests/*/*.[ch] tests/*/*/*.[ch]))
# The lab of tests/lab/network is drawn by other rules.
LINT_PYTHON = $(sort $(wildcard tests/*/*.py) \
	$(shell grep -l '^#!/usr/bin/python3' scripts/* tests/*/run))
# Flags that gcc and clang's tools both take.
LINT_FLAGS = $(STD) $(INCLUDES)

LINT_PARTS := lint-format lint-tidy lint-cppcheck lint-line lint-headers \
	lint-symbols lint-style lint-stack lint-kconfig lint-docs lint-memory \
	lint-man
.PHONY: lint $(LINT_PARTS)
lint: $(LINT_PARTS) ## Everything that is checked without running it

lint-format:
	$(Q)clang-format --dry-run -Werror $(LINT_C) $(LINT_H) $(LINT_TESTS)

# A source is read again when its object is made again: then it, a header of it
# or an option has changed.
lint-tidy: $(LINT_C:%=$(O)/lint/%.tidy)
$(O)/lint/%.c.tidy: $(O)/%.o .clang-tidy
	@mkdir -p $(@D) && echo "  TIDY    $*.c"
	$(Q)clang-tidy --quiet $*.c -- $(LINT_FLAGS) 2>/dev/null
	@touch $@

lint-cppcheck: $(O)/auto.conf
	@mkdir -p $(O)/lint/cppcheck
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --force \
		--suppress=missingIncludeSystem --suppress=ctuuninitvar \
		--cppcheck-build-dir=$(O)/lint/cppcheck -j $(JOBS) -Isrc -I. \
		--include=$(O)/include/autoconf.h $(LINT_C)

lint-line:
	$(Q)scripts/check-line src/LINE $(filter src/%,$(LINT_C) $(LINT_H))

lint-headers: $(O)/auto.conf
	$(Q)scripts/check-headers $(LINT_H) -- \
		$(CC) $(STD) $(WARNINGS) $(WARNINGS_SRC) $(INCLUDES)

# Capture allocates when it opens a source; libpcap does it for it.
PACKET_PATH := mem decode flow classify detect
# Policy and config work in the supervisor, which is not confined so.
CONFINED := tls syslog forward endpoint attribute alert pipeline
lint-symbols: $(PACKET_PATH:%=$(O)/src/%.a) $(CONFINED:%=$(O)/src/%.a)
	$(Q)scripts/check-symbols $(filter $(PACKET_PATH:%=$(O)/src/%.a),$^)
	$(Q)scripts/check-symbols --confined \
		$(filter $(CONFINED:%=$(O)/src/%.a),$^)

lint-style:
	$(Q)scripts/check-style $(LINT_C) $(LINT_H) $(LINT_TESTS) $(LINT_PYTHON)

# The deepest chain of calls, from the call graphs beside the objects.
STACK_BYTES := 65536
lint-stack: $(O)/spanwatch
	$(Q)scripts/stack-depth $(STACK_BYTES) $(O)/src $(O)/firmware

lint-kconfig: $(O)/spanwatch
	$(Q)scripts/check-kconfig $(O)/spanwatch \
		$(sort $(wildcard configs/*_defconfig))
