$(BUILD)/%.o: CFLAGS += -fPIC
vpath %.c src
override define quiet =
@:
endef
$(foreach t,$(TESTS),$(eval $(call rule,$(t))))
one two \
three: ; @echo $$HOME

install-%: export DESTDIR = /tmp
install-%:
	install -m 755 $* $(DESTDIR)$(PREFIX)/bin/ \
	  && echo done

unexport LANG
NAME != uname -s
empty =
$(info $(NAME)
after: one
	touch $@
