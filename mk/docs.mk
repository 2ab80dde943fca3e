# Documents that are made from the code, and the checks that they are current.

DOCS := README.md $(sort $(wildcard docs/*.md docs/*/*.md))

# Each profile is built, quickly, to have it say what it will hold.
PROFILES := small standard large
MEMORY_CONF := docs/spanwatch.conf.example
memory_table = scripts/memory-table $(MEMORY_CONF) \
	$(foreach profile,$(PROFILES),$(profile)=$(O)/profile/$(profile)/spanwatch)

.PHONY: docs profiles lint-docs lint-memory lint-man
docs: profiles ## Make those pages of docs/ that come from the code
	$(Q)scripts/counters-table >docs/counters.md
	$(Q)$(memory_table) >docs/memory.md

profiles:
	$(Q)for profile in $(PROFILES); do \
		$(MAKE) -s O=$(O)/profile/$$profile $${profile}_defconfig >/dev/null && \
		$(MAKE) -s O=$(O)/profile/$$profile VARIANT=release \
			CFLAGS='-O0 -U_FORTIFY_SOURCE -Wno-stack-usage' all >/dev/null || \
		exit 1; done

lint-docs:
	$(Q)scripts/check-docs $(DOCS)
	$(Q)scripts/counters-table | diff -u docs/counters.md - || \
		{ echo "'make docs' brings docs/counters.md up to date"; exit 1; }

lint-memory: profiles
	$(Q)$(memory_table) | diff -u docs/memory.md - || \
		{ echo "'make docs' brings docs/memory.md up to date"; exit 1; }

lint-man: $(O)/spanwatch
	$(Q)scripts/check-man $(O)/spanwatch man/spanwatch.1 \
		$(filter-out man/spanwatch.1,$(INSTALL_MAN))
