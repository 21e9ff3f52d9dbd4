# Where things go.
PREFIX ?= /usr/local
CFLAGS := -O2 -g $(shell pkg-config --cflags zlib)
export PATH := bin:$(PATH)
objects = $(patsubst %.c,%.o,$(wildcard *.c))

.PHONY: all clean

## Builds everything.
all: gaz gaz-worker

gaz gaz-worker: $(objects) | build
	$(CC) $(LDFLAGS) -o $@ $^ # link

%.o: %.c config.h
	@$(CC) $(CFLAGS) -c $< -o $@

ifeq ($(DEBUG),1)
CFLAGS += -O0
else
clean::
	rm -f $(objects)
endif

define banner
echo "== $(1) =="
endef

include config.mk
-include $(objects:.o=.d)
