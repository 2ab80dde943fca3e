# Installing, as Debian and the FHS have it.  The configuration is the
# operator's: an example is installed, /etc is left alone.

DESTDIR ?=
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/spanwatch

INSTALL_MAN := $(sort $(wildcard man/*.[1-8]))
INSTALL_DOCS := README.md LICENSE $(sort $(wildcard docs/*.md))
INSTALL_DECISIONS := $(sort $(wildcard docs/decisions/*.md))
INSTALL_EXAMPLES := $(wildcard docs/spanwatch.conf.example)
INSTALL_CONTRIB := $(sort $(shell find contrib -type f))

.PHONY: install uninstall
install: all ## Install to DESTDIR/PREFIX (/usr/local)
	install -D -m 755 $(O)/spanwatch $(DESTDIR)$(BINDIR)/spanwatch
	$(foreach page,$(INSTALL_MAN),install -D -m 644 $(page) \
		$(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(notdir $(page)) &&) true
	install -d $(DESTDIR)$(DOCDIR)/decisions $(DESTDIR)$(DOCDIR)/examples
	install -m 644 $(INSTALL_DOCS) $(DESTDIR)$(DOCDIR)
	install -m 644 $(INSTALL_DECISIONS) $(DESTDIR)$(DOCDIR)/decisions
	install -m 644 $(INSTALL_EXAMPLES) $(DESTDIR)$(DOCDIR)/examples
	$(foreach file,$(INSTALL_CONTRIB),install -D -m 644 $(file) \
		$(DESTDIR)$(DOCDIR)/examples/$(file:contrib/%=%) &&) true

uninstall: ## Remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/spanwatch
	rm -f $(foreach page,$(INSTALL_MAN),\
		$(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(notdir $(page)))
	rm -rf $(DESTDIR)$(DOCDIR)
