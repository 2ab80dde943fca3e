# Compiler and linker flags, by variant.

WARNINGS := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wcast-qual \
	-Wcast-align=strict -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wundef -Wvla -Wformat=2 -Wswitch-enum \
	-Wduplicated-cond -Wlogical-op -Wjump-misses-init
# Not in tests: Criterion's macros trip over them.
WARNINGS_SRC := -Wconversion -Wsign-conversion -Wnull-dereference \
	-Wstack-usage=4096

CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
	-fcallgraph-info=su
LDFLAGS_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
CFLAGS_asan := -O1 -g -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_cov := -O0 -g --coverage
LDFLAGS_cov := --coverage
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
LDFLAGS_fuzz := -fsanitize=address,undefined

ifeq ($(VARIANT),fuzz)
CC := clang
# What a list of options leaves out is zero, as gcc takes it.
WARNINGS := -Wall -Wextra -Werror -Wno-unknown-warning-option \
	-Wno-missing-field-initializers
WARNINGS_SRC :=
endif
# The sanitizers' own code makes frames large and branches odd.
ifneq ($(VARIANT),release)
WARNINGS_SRC := $(filter-out -Wstack-usage=4096 -Wnull-dereference,$(WARNINGS_SRC))
endif

STD := -std=c17 -D_GNU_SOURCE -fvisibility=hidden
INCLUDES := -Isrc -I. -I$(B) -include $(O)/include/autoconf.h
ALL_CFLAGS = $(STD) $(CFLAGS_$(VARIANT)) $(WARNINGS) $(INCLUDES) $(CFLAGS)
ALL_LDFLAGS = $(LDFLAGS_$(VARIANT)) $(LDFLAGS)
