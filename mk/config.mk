# Kconfig: sizes and what is built.  Without a configuration the defaults hold,
# which are those of the profile "standard".
#
# .config is the operator's choice; from it come autoconf.h for C and auto.conf
# for make, so that both see the same values.

export KCONFIG_CONFIG := $(O)/.config
KCONFIGS := Kconfig $(wildcard src/*/Kconfig firmware/Kconfig)

# Goals that build nothing must work before anything is installed, and need no
# configuration.
GOALS_WITHOUT_CONFIG := help packages demo check check-soc check-kafka check-lab lint clean \
	distclean uninstall menuconfig olddefconfig savedefconfig %_defconfig
ifneq ($(filter-out $(GOALS_WITHOUT_CONFIG),$(or $(MAKECMDGOALS),all)),)
include $(O)/auto.conf
endif

# Nothing chosen: what is left out of a .config has its default.
$(O)/.config:
	@mkdir -p $(@D)
	@echo "# The defaults.  'make menuconfig' changes them." >$@

# Included above, so made before all else.  autoconf.h is written only when a
# value has changed: an edited help text compiles nothing anew.
$(O)/auto.conf: $(O)/.config $(KCONFIGS) scripts/kconfig
	@mkdir -p $(O)/include
	$(Q)scripts/kconfig genconfig --header-path $(O)/include/autoconf.h \
		--config-out $@ Kconfig
	@touch $@

.PHONY: menuconfig olddefconfig savedefconfig
menuconfig: ## Change sizes and options in a menu
	@mkdir -p $(O)
	$(Q)scripts/kconfig menuconfig Kconfig

olddefconfig: ## Give new options of $(O)/.config their defaults
	@mkdir -p $(O)
	$(Q)scripts/kconfig olddefconfig Kconfig

savedefconfig: $(O)/.config ## Write $(O)/defconfig: what differs from the defaults
	$(Q)scripts/kconfig savedefconfig --kconfig Kconfig --out $(O)/defconfig && echo

# NAME_defconfig: the profile configs/NAME_defconfig.  A line that names no
# option is an error here; in an old .config it is merely left out.
%_defconfig: configs/%_defconfig ## Take the profile: small, standard or large
	@mkdir -p $(O)
	$(Q)KCONFIG_WARN_UNDEF_ASSIGN=y \
		scripts/kconfig defconfig --kconfig Kconfig $<
