# One Makefile for everything; what it includes is in mk/.
#
#   O=DIR      where all that is built goes (build)
#   VARIANT=   release, asan, cov or fuzz; all but release build in $(O)/VARIANT
#   V=1        shows the commands

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:

O       ?= build
VARIANT ?= release
JOBS := $(shell nproc)
VARIANTS := release asan cov fuzz
ifeq ($(filter $(VARIANT),$(VARIANTS)),)
$(error VARIANT=$(VARIANT) is none of: $(VARIANTS))
endif
B := $(O)$(if $(filter-out release,$(VARIANT)),/$(VARIANT))
Q := $(if $(V),,@)

ifeq ($(origin CC),default)
CC := gcc
endif

.PHONY: all
all: $(B)/spanwatch ## Build $(O)/spanwatch for this machine (the default)

include mk/config.mk
include mk/flags.mk
include mk/rooms.mk
include mk/program.mk
include mk/tests.mk
include mk/lint.mk
include mk/docs.mk
include mk/install.mk

.PHONY: clean help
clean: ## Remove what was built, but for the configuration
	$(Q)find $(wildcard $(O)) -mindepth 1 -depth ! -name .config -delete

help: ## This list
	@echo "make GOAL... [O=DIR] [VARIANT=$(subst $() ,|,$(VARIANTS))] [V=1]"
	@echo "builds in DIR ($(O)); V=1 shows the commands."
	@echo
	@awk -F ':.*## ' '/^[a-z%_-]+:.*## / { \
		gsub(/\$$\(O\)/, "$(O)", $$2); \
		sub(/%/, "NAME", $$1); printf "%-16s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)
