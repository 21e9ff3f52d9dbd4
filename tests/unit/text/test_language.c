/* Language detection: linguist's strategies one by one, their order, and the marks behind every
 * ambiguous extension. */
#include "gaz_test.h"

#include "gaz/text/language.h"
#include "language_features.h"
#include "language_private.h"

typedef struct sample {
    const char *path;
    const char *content;
    const char *language; /* NULL: none */
} sample;

static const char *detect(const char *path, const char *content)
{
    gaz_lang_hint hint = gaz_language_hint(content, strlen(content));
    return gaz_language_name(gaz_language_detect(path, strlen(path), &hint));
}

static void check_all(const sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *got = detect(samples[i].path, samples[i].content);
        const char *want = samples[i].language;
        if (!want != !got || (want && strcmp(want, got) != 0))
            fail_msg("%s with \"%.60s\": got %s, expected %s", samples[i].path, samples[i].content,
                     got ? got : "none", want ? want : "none");
    }
}
#define CHECK_ALL(samples) check_all(samples, sizeof(samples) / sizeof(samples)[0])

static uint32_t find(const char *name)
{
    return gaz_language_find(name, strlen(name));
}

static void every_language_is_found_by_its_name_and_id(void **state)
{
    (void)state;
    assert_true(gaz_language_count() > 600);
    for (size_t i = 0; i < gaz_language_count(); i++) {
        const gaz_language *l = gaz_language_at(i);
        assert_int_not_equal(l->id, GAZ_LANG_NONE);
        assert_ptr_equal(gaz_language_get(l->id), l);
        assert_int_equal(gaz_language_find(l->name, strlen(l->name)), l->id);
        assert_string_equal(gaz_language_name(l->id), l->name);
        assert_true(l->type == GAZ_LANG_DATA || l->type == GAZ_LANG_MARKUP ||
                    l->type == GAZ_LANG_PROGRAMMING || l->type == GAZ_LANG_PROSE);
        assert_true(l->color[0] == '\0' || (l->color[0] == '#' && strlen(l->color) == 7));
    }
    assert_null(gaz_language_at(gaz_language_count()));
}

static void ids_are_linguists_and_zero_is_none(void **state)
{
    (void)state;
    assert_int_equal(find("C"), 41);
    assert_int_equal(find("C++"), 43);
    assert_int_equal(find("Python"), 303);
    assert_int_equal(find("1C Enterprise"), UINT32_MAX);
    assert_null(gaz_language_get(GAZ_LANG_NONE));
    assert_null(gaz_language_name(GAZ_LANG_NONE));
    assert_null(gaz_language_get(999999999));
}

static void names_are_found_in_any_case_by_alias_and_by_extension(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *name;
    } cases[] = {
        {"c++", "C++"},
        {"CPP", "C++"},
        {"cpp", "C++"},
        {"golang", "Go"},
        {"js", "JavaScript"},
        {"py", "Python"},
        {".py", "Python"},
        {"RS", "Rust"},
        {"c#", "C#"},
        {"csharp", "C#"},
        {"objc", "Objective-C"},
        {"Emacs Lisp", "Emacs Lisp"},
        {"emacs-lisp", "Emacs Lisp"},
        {"emacs_lisp", "Emacs Lisp"},
        {"bash", "Shell"},
        {"h", "C"},
        {"ts", "TypeScript"},
        {"makefile", "Makefile"},
        {"kt", "Kotlin"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = gaz_language_name(find(cases[i].asked));
        if (!got || strcmp(got, cases[i].name) != 0)
            fail_msg("%s: got %s, expected %s", cases[i].asked, got ? got : "none", cases[i].name);
    }
}

static void unknown_and_overlong_names_are_no_language(void **state)
{
    (void)state;
    char longest[5000];
    memset(longest, 'a', sizeof longest);
    assert_int_equal(find("no such language"), GAZ_LANG_NONE);
    assert_int_equal(find(""), GAZ_LANG_NONE);
    assert_int_equal(find("."), GAZ_LANG_NONE);
    assert_int_equal(find(".1"), GAZ_LANG_NONE);
    assert_int_equal(gaz_language_find("c\0c", 3), GAZ_LANG_NONE);
    for (size_t len = 50; len < 80; len++)
        assert_int_equal(gaz_language_find(longest, len), GAZ_LANG_NONE);
    assert_int_equal(gaz_language_find(longest, sizeof longest), GAZ_LANG_NONE);
}

static void paths_alone_tell_most_languages(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"src/main.c", "", "C"},
        {"a/b.PY", "", "Python"},
        {"x.rb", "", "Ruby"},
        {"Makefile", "", "Makefile"},
        {"deep/er/Makefile", "", "Makefile"},
        {"makefile.txt", "", "Text"},
        {"CMakeLists.txt", "", "CMake"},
        {"Dockerfile", "", "Dockerfile"},
        {".bashrc", "", "Shell"},
        {"view.blade.php", "", "Blade"},
        {"config.cmake.in", "", "CMake"},
        {"archive.tar.c", "", "C"},
        {"a.unknown.c", "", "C"},
        {"a.c.unknown", "", NULL},
        {"noextension", "", NULL},
        {"", "", NULL},
        {"dir/", "", NULL},
        {".", "", NULL},
        {"a.", "", NULL},
        {"dir.c/file", "", NULL},
        {"Cargo.lock", "", "TOML"},
        {"theme.tmTheme", "", "XML Property List"},
        {"arch/x86/entry.S", "", "Unix Assembly"},
    };
    CHECK_ALL(samples);
}

static void a_path_of_any_length_and_bytes_is_taken(void **state)
{
    (void)state;
    char path[9000];
    memset(path, '.', sizeof path);
    gaz_language_detect(path, sizeof path, NULL);
    memset(path, 'a', sizeof path);
    memcpy(path + sizeof path - 3, ".go", 3);
    assert_string_equal(gaz_language_name(gaz_language_detect(path, sizeof path, NULL)), "Go");
    for (size_t i = 0; i < 256; i++)
        path[i] = (char)i;
    memcpy(path + 256, ".rs", 3);
    assert_string_equal(gaz_language_name(gaz_language_detect(path, 259, NULL)), "Rust");
}

static void emacs_modelines_name_the_mode(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"x", "-*- ruby -*-\n", "Ruby"},
        {"x", "# -*-ruby-*-\n", "Ruby"},
        {"x", "/* -*- C++ -*- */\n", "C++"},
        {"x", "# -*- mode: ruby -*-\n", "Ruby"},
        {"x", "# -*- Mode:Ruby; tab-width: 4 -*-\n", "Ruby"},
        {"x", "# -*- tab-width: 4; mode : python ; coding: utf-8 -*-\n", "Python"},
        {"x", "# -*- foo:bar mode: ruby; -*-\n", "Ruby"},
        {"x", "1\n2\n3\n4\n-*- perl -*-\n", "Perl"},
        {"x", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n-*- perl -*-\na\nb\nc\nd\n", "Perl"},
        {"x", "1\n2\n3\n4\n5\n-*- perl -*-\n7\n8\n9\n10\n11\n12\n", NULL},
        {"x", "-*- coding: utf-8 -*-\n", NULL},
        {"x", "-*- ruby--*-\n", NULL},
        {"x", "-*- mode:\n", NULL},
        {"x", "-*- -*-\n", NULL},
        {"x", "-*-*-\n", NULL},
        {"x", "-*- nosuchmode -*-\n", NULL},
        {"x", "-*- amode: ruby -*-\n", NULL},
    };
    CHECK_ALL(samples);
}

static void vim_modelines_name_the_file_type(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"x", "# vim: ft=ruby\n", "Ruby"},
        {"x", "# vim:ft=ruby:\n", "Ruby"},
        {"x", "# vi: filetype=ruby\n", "Ruby"},
        {"x", "# vim: set ft=ruby:\n", "Ruby"},
        {"x", "# vim: set ft=ruby\n", NULL},
        {"x", "# vim: se syntax=perl ts=4:\n", "Perl"},
        {"x", "# vim: ts=4:sw=4:ft=python:noet\n", "Python"},
        {"x", "# vim: noai :  ft=sh:noexpandtab\n", "Shell"},
        {"x", "# vim>703: ft=ruby\n", "Ruby"},
        {"x", "# vim700:ft=ruby\n", "Ruby"},
        {"x", "# Vim: ft=ruby\n", "Ruby"},
        {"x", "# ex: ft=ruby\n", "Ruby"},
        {"x", "lex: ft=ruby\n", NULL},
        {"x", "ex: ft=ruby\n", NULL},
        {"x", "# nvim: ft=ruby\n", NULL},
        {"x", "/* vim: ft=c ft=cpp */\n", "C++"},
        {"x", "# vim: titlestring=a\\ b ft=ruby\n", "Ruby"},
        {"x", "# vim: sw=4 */ ft=ruby\n", NULL},
        {"x", "# vim: ft=\n", NULL},
        {"doc/x.txt", "help\n vim:tw=78:ft=help:\n", "Vim Help File"},
        {"x", "1\n2\n3\n4\n5\n6\n7\n8\n# vim: ft=ruby\r\n", "Ruby"},
    };
    CHECK_ALL(samples);
}

static void a_modeline_beats_name_shebang_and_extension(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"x.py", "#!/bin/sh\n# vim: ft=ruby\n", "Ruby"},
        {"Makefile", "# -*- ruby -*-\n", "Ruby"},
        {"x.py", "# -*- perl -*-\n# vim: ft=ruby\n", "Perl"},
        {"x.vba", "\" vim: ft=ruby\nUseVimball\n", "Vim Script"},
    };
    CHECK_ALL(samples);
}

static void shebangs_name_the_interpreter(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"x", "#!/bin/sh\n", "Shell"},
        {"x", "#! /usr/bin/perl -w\n", "Perl"},
        {"x", "#!/usr/bin/env python3\n", "Python"},
        {"x", "#!/usr/bin/env -S python3 -u\n", "Python"},
        {"x", "#!/usr/bin/env -S FOO=1 BAR=2 node\n", "JavaScript"},
        {"x", "#!/usr/bin/env --split-string ruby\n", "Ruby"},
        {"x", "#!/usr/bin/python3.11\n", "Python"},
        {"x", "#!/usr/bin/ruby\r\n", "Ruby"},
        {"x", "#!/usr/bin/env\n", NULL},
        {"x", "#!\n", NULL},
        {"x", "#!", NULL},
        {"x", "#! \t\n", NULL},
        {"x", "#!/usr/bin/nosuch\n", NULL},
        {"x", " #!/bin/sh\n", NULL},
        {"x", "\n#!/bin/sh\n", NULL},
        {"x", "#!/bin/sh\n# \\\nexec tclsh \"$0\" ${1+\"$@\"}\n", "Tcl"},
        {"x", "#!/usr/bin/osascript -l JavaScript\n", NULL},
        {"x", "#!/usr/bin/osascript\n", "AppleScript"},
        {"x.py", "#!/bin/sh\n", "Shell"},
        {"Makefile", "#!/bin/sh\n", "Makefile"},
        {"x.pod", "#!/usr/bin/perl\n", "Pod"},
        {"x.pl", "#!/usr/bin/perl\n", "Perl"},
    };
    CHECK_ALL(samples);
}

static void headers_are_c_unless_they_say_otherwise(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"a.h", "int f(void);\n", "C"},
        {"a.h", "/* The class of it. */\nstruct template_entry *template;\n", "C"},
        {"a.h", "#include <vector>\n", "C++"},
        {"a.h", "# include <iostream>\r\n", "C++"},
        {"a.h", "#include <string.h>\n", "C"},
        {"a.h", "template <typename T>\n", "C++"},
        {"a.h", "  template<int>\n", "C++"},
        {"a.h", "namespace gaz {\n", "C++"},
        {"a.h", "using namespace std;\n", "C++"},
        {"a.h", "class Foo;\n", "C++"},
        {"a.h", "\tprivate:\n", "C++"},
        {"a.h", "\tprivate: int x;\n", "C"},
        {"a.h", "constexpr int x = 1;\n", "C++"},
        {"a.h", "  catch (...)\n", "C++"},
        {"a.h", "f(std::string s);\n", "C++"},
        {"a.h", "f(mystd:: s);\n", "C"},
        {"a.h", "@interface Foo\n", "Objective-C"},
        {"a.h", "@interfaces\n", "C"},
        {"a.h", "#import <Foundation/Foundation.h>\n", "Objective-C"},
        {"a.h", "#import \"x.h\"\nclass A;\n", "Objective-C"},
    };
    CHECK_ALL(samples);
}

static void shared_extensions_are_told_apart_by_content(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"a.m", "@implementation A\n", "Objective-C"},
        {"a.m", ":- module foo.\n", "Mercury"},
        {"a.m", ": main me @ ;\n", "MUF"},
        {"a.m", "START\n ; comment\n", "M"},
        {"a.m", "(* a\n b *)\n", "Mathematica"},
        {"a.m", "% comment\nx = 1;\n", "MATLAB"},
        {"a.m", "Foo: module {\n", "Limbo"},
        {"a.pl", "use strict;\n", "Perl"},
        {"a.pl", "use v5.10;\n", "Perl"},
        {"a.pl", "foo(X) :- bar(X).\n", "Prolog"},
        {"a.pl", "# a :- b\nuse 5.010;\n", "Perl"},
        {"a.pl", "use v6;\n", "Raku"},
        {"a.pm", "/* XPM */\n", "X PixMap"},
        {"a.pm", "class Foo {\n", "Raku"},
        {"a.t", "use strict;\n", "Perl"},
        {"a.t", "use v6;\n", "Raku"},
        {"a.t", "my class Foo {\n", "Raku"},
        {"a.t", "var x : int := 1\n", "Turing"},
        {"a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n<TS version=\"2.0\">\n", "XML"},
        {"a.ts", "const a: Map<string, number> = x;\n", "TypeScript"},
        {"a.tsx", "import React from 'react';\n", "TSX"},
        {"a.tsx", "<?xml version=\"1.0\"?>\n", "XML"},
        {"a.rs", "fn main() {\n", "Rust"},
        {"a.rs", "#![no_std]\n", "Rust"},
        {"a.rs", "#pragma version(1)\n", "RenderScript"},
        {"a.rs", "<?xml version=\"1.0\"?>\n", "XML"},
        {"a.cs", "namespace A {\n", "C#"},
        {"a.cs", "!Foo methodsFor: 'x'!\n", "Smalltalk"},
        {"a.md", "# Title\n", "Markdown"},
        {"a.md", ";; Machine description\n(define_insn \"x\"\n", "GCC Machine Description"},
        {"a.md", "", "Markdown"},
        {"a.sql", "SELECT 1;\n", "SQL"},
        {"a.sql", "CREATE FUNCTION f() RETURNS int AS $$\n", "PLpgSQL"},
        {"a.sql", "create table t (a xmltype);\n", "PLSQL"},
        {"a.sql", "create table [dbo].[t] (a int)\ngo\n", "TSQL"},
        {"a.sql", "ALTER  MODULE m\n", "SQLPL"},
        {"a.inc", "<?php echo 1;\n", "PHP"},
        {"a.inc", "begin\nend.\n", "Pascal"},
        {"a.v", "module foo (a, b);\n", "Verilog"},
        {"a.v", "`timescale 1ns/1ps\n", "Verilog"},
        {"a.v", "Require Import Arith.\n", "Coq"},
        {"a.v", "fn main() {\n", "V"},
        {"a.fs", "module Foo\n", "F#"},
        {"a.fs", ": square dup * ;\n", "Forth"},
        {"a.fs", "#version 330\n", "GLSL"},
        {"a.fs", "#include \"x\"\n", "Filterscript"},
        {"a.ml", "let rec f x = x\n", "OCaml"},
        {"a.ml", "fun f x = case x of y => y\n", "Standard ML"},
        {"a.php", "<?php\n", "PHP"},
        {"a.php", "<?hh // strict\n", "Hack"},
        {"a.hh", "<?hh\n", "Hack"},
        {"a.hh", "class A;\n", "C++"},
        {"a.r", "x <- 1\n", "R"},
        {"a.r", "REBOL [title: \"x\"]\n", "Rebol"},
        {"a.d", "module foo;\n", "D"},
        {"a.d", "BEGIN { trace(1); }\n", "DTrace"},
        {"a.d", "foo.o: foo.c foo.h\n", "Makefile"},
        {"a.cl", "(defun f (x) x)\n", "Common Lisp"},
        {"a.cl", "// kernel\n", "OpenCL"},
        {"a.lisp", "(define (f x) x)\n", "NewLisp"},
        {"a.lisp", "(in-package :x)\n", "Common Lisp"},
        {"a.l", "%{\n#include <stdio.h>\n%}\n", "Lex"},
        {"a.l", "(defun f (x) x)\n", "Common Lisp"},
        {"a.l", ".TH X 1\n", "Roff"},
        {"a.s", "\tmov %eax, %ebx\n", "Unix Assembly"},
        {"a.s", "\tmove.l #1,d0\n", "Motorola 68K Assembly"},
        {"a.s", "\tbtst #1,d0\n", "Motorola 68K Assembly"},
        {"a.S", "\tmovem.l d0-d7,-(sp)\n", "Motorola 68K Assembly"},
        {"a.asm", "\tmoveq #0,d0\n", "Motorola 68K Assembly"},
        {"a.asm", "mov ax, 1\n", "Assembly"},
        {"a.ex", "defmodule A do\n", "Elixir"},
        {"a.ex", "include std.e\n", "Euphoria"},
        {"a.m4", "AC_INIT([x])\n", "M4Sugar"},
        {"a.m4", "define(`x', `y')\n", "M4"},
        {"a.bb", "require foo.inc\n", "BitBake"},
        {"a.pp", "  ensure => present,\n", "Puppet"},
        {"a.pp", "end.\n", "Pascal"},
        {"a.pro", "HEADERS += a.h\nSOURCES += a.c\n", "QMake"},
        {"a.pro", "-keep class a\n", "Proguard"},
        {"a.properties", "# c\na=b\n", "Java Properties"},
        {"a.properties", "[s]\na=b\n", "INI"},
        {"a.properties", "a: b\n", "Java Properties"},
        {"a.yaml", "a: b\n", "YAML"},
        {"a.yaml", "Foo:\n\tBar: 1\n", "MiniYAML"},
        {"a.yaml", "---\nFoo:\n\tBar: 1\n", "YAML"},
        {"a.plist", "<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC>\n", "XML Property List"},
        {"a.plist", "{ a = b; }\n", "OpenStep Property List"},
        {"a.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "Public Key"},
        {"a.asc", "= Title\n", "AsciiDoc"},
        {"a.cls", "\\ProvidesClass{x}\n", "TeX"},
        {"a.cls", "Class A Extends B\n", "ObjectScript"},
        {"a.sc", "import scala.io.Source\n", "Scala"},
        {"a.sc", "^this.foo\n", "SuperCollider"},
        {"a.x", "program FOO {\n", "RPC"},
        {"a.x", "OUTPUT_ARCH(arm)\n", "Linker Script"},
        {"a.x", "%hook Foo\n", "Logos"},
        {"a.i", "%module foo\n", "SWIG"},
        {"a.ice", "{ \"a\": 1 }\n", "JSON"},
        {"a.ice", "module A {\n", "Slice"},
        {"a.mod", "MODULE A;\n", "Modula-2"},
        {"a.mask", "%TAG !u! tag:unity3d.com,2011:\n", "Unity3D Asset"},
        {"a.p", "set term png\n", "Gnuplot"},
        {"a.pod", "=begin pod\n", "Pod 6"},
        {"a.pod", "=head1 NAME\n", "Pod"},
        {"a.rpy", "label start:\n", "Ren'Py"},
        {"a.rpy", "import x\n", "Python"},
        {"a.qs", "namespace A {\n", "Q#"},
        {"a.qs", "var a = 1;\n", "Qt Script"},
        {"a.re", "module type A = {\n", "Reason"},
        {"a.re", "#include <a>\n", "C++"},
        {"a.gd", "DeclareOperation(\"x\");\n", "GAP"},
        {"a.gd", "extends Node\n", "GDScript"},
        {"a.es", "main(_) ->\n", "Erlang"},
        {"a.bas", "#include \"a.bi\"\n", "FreeBasic"},
        {"a.sch", "EESchema Schematic File Version 2\n", "KiCad Schematic"},
        {"a.brd", "<!DOCTYPE eagle SYSTEM \"eagle.dtd\">\n", "Eagle"},
        {"a.gml", "D01*\n", "Gerber Image"},
        {"a.spec", "%files\n", "RPM Spec"},
        {"a.bb", "(defn f [x] x)\n", "Clojure"},
    };
    CHECK_ALL(samples);
}

static void generic_extensions_need_content(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"gaz.1", ".TH GAZ 1\n.SH NAME\n", "Roff Manpage"},
        {"gaz.8", ".Dd 2024\n.Dt GAZ 8\n.Sh NAME\n", "Roff Manpage"},
        {"x.3", ".\\\" comment\n", "Roff"},
        {"x.3pm", ".TH X 3pm\n.SH NAME\n", "Roff Manpage"},
        {"x.1.in", "", "Roff"},
        {"lib.so.12", "", NULL},
        {"a.sol", "pragma solidity ^0.8.0;\n", "Solidity"},
        {"a.sol", "nothing\n", NULL},
        {"a.stl", "solid cube\n", "STL"},
        {"a.url", "[InternetShortcut]\nURL=x\n", "INI"},
        {"a.nosuch", "<?xml version=\"1.0\"?>\n", "XML"},
        {"a.nosuch", "1\n2\n<?xml version=\"1.0\"?>\n", NULL},
    };
    CHECK_ALL(samples);
}

static void no_content_gives_every_shared_extension_its_commonest_language(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"a.h", "", "C"},      {"a.m", "", "Objective-C"}, {"a.pl", "", "Perl"},
        {"a.cs", "", "C#"},    {"a.rs", "", "Rust"},       {"a.ts", "", "TypeScript"},
        {"a.sql", "", "SQL"},  {"a.v", "", "Verilog"},     {"a.fs", "", "F#"},
        {"a.r", "", "R"},      {"a.yaml", "", "YAML"},     {"a.inc", "", "C++"},
        {"a.txt", "", "Text"}, {"a.php", "", "PHP"},       {"a.d", "", "D"},
    };
    CHECK_ALL(samples);
    assert_string_equal(gaz_language_name(gaz_language_detect("a.h", 3, NULL)), "C");
}

/* One content for each mark that the rules can ask for: a mark that nothing sets would be a rule
 * that never holds. */
static void every_mark_of_the_rules_can_be_set(void **state)
{
    (void)state;
    static const char everything[] =
        "solid {\n"
        "@interface A\nclass A;\n#include <vector>\n#define x\nnamespace A;\n!A methodsFor: "
        "'x'!\n/* c\nprogram F {\n"
        "SECTIONS\n%hook\n%{\nuse strict;\nmodule A (x);\nuse v6;\na :- b\n<?hh\n<? x\n<?php\n<TS "
        "x\n///<reference \n"
        "main() ->\nvar a := 1\nnamespace A\nimport x\nfunc x\nDeclare\nrebol\nx <- y\nlet rec "
        "x\n| x => y\nopen x;\nProof.\n"
        "(defun x\n(defmacro x\n(define x\n(def x\ndefmodule x\nglobal x\nmodule type "
        "A\nclass\n^this.x\nfn f() {\nmodule x;\n"
        "BEGIN\nx.o: x\n`define\n#version 1\n: x\nend.\nMODULE X;\nbtst x\n:- module x\n; x\n(* "
        "x\nx *)\n% x\nA: module {\n"
        "<?xml x\n<!DOCTYPE plist\n</a>\n(define_x\n-----BEGIN x\n= x\n.TH x\n.SH x\n.Dd x\n.Dt "
        "x\n.Sh x\n"
        "\\ProvidesClass{x}\nClass X\na=b\n[x]\n! x\na: b\n\ta: b\n---\n/* XPM */\n=begin "
        "pod\nUseVimball\n%T tag:unity3d.com\n"
        "pragma solidity\n[InternetShortcut]\nD01*\nEESchema Schematic\n<eagle\nbegin;\nalter "
        "module\ncreate xmltype\n"
        "begin try\nrequire x\n  a => b,\nAC_INIT\n-keep x\nHEADERS\nSOURCES\n%files\nplot x\nCode "
        "generated by x\n"
        "@generated\n";
    gaz_lang_hint hint = gaz_language_hint(everything, sizeof everything - 1), other;
    static const char json[] = "[ xml version=1\n", *const names[] = {
#define X(name) #name,
                                                        GAZ_LANG_FEATURES(X)
#undef X
                                                    };
    char minified[400];
    memset(minified, 'x', sizeof minified);
    memcpy(minified + 300, "\n//# sourceMappingURL=a.js.map\n", 31);
    other = gaz_language_hint(json, sizeof json - 1);
    hint.features[0] |= other.features[0];
    hint.features[1] |= other.features[1];
    other = gaz_language_hint(minified, 331);
    hint.features[0] |= other.features[0];
    hint.features[1] |= other.features[1];
    for (unsigned i = 0; i < GAZ_LF_COUNT; i++)
        if (!gaz_language_has(&hint, i))
            fail_msg("nothing sets the mark %s", names[i]);
    assert_false(gaz_language_has(&hint, GAZ_LF_COUNT));
    assert_false(gaz_language_has(&hint, 255));
}

static void plain_prose_bears_no_marks_but_markdown(void **state)
{
    (void)state;
    static const char prose[] = "Rivers run.\n\nThe road goes on, and on.\n";
    gaz_lang_hint hint = gaz_language_hint(prose, sizeof prose - 1), expected = {0};
    gaz_language_set(&expected, GAZ_LF_MARKDOWN);
    assert_memory_equal(&hint, &expected, sizeof hint);
}

static void stored_hints_come_back_as_they_were(void **state)
{
    (void)state;
    gaz_lang_hint hint = {
        303, UINT32_MAX, {UINT64_C(0x8000000000000001), UINT64_C(0x123456789abcdef0)}};
    uint8_t stored[GAZ_LANG_HINT_SIZE];
    gaz_lang_hint_encode(&hint, stored);
    assert_int_equal(stored[0], 303 & 0xff);
    assert_int_equal(stored[8], 1);
    assert_int_equal(stored[15], 0x80);
    gaz_lang_hint again = gaz_lang_hint_decode(stored);
    assert_memory_equal(&again, &hint, sizeof hint);
}

/* Reads exact allocations, so that AddressSanitizer sees a step beyond the end. */
static void content_of_any_bytes_and_length_is_read_within_its_bounds(void **state)
{
    (void)state;
    static const char alphabet[] =
        "-*#!:; \n\r\tmodevimftsexu=<?@%(./\\`[]{}|^~abcgenerated$\0\xff";
    uint64_t seed = 7;
    for (int round = 0; round < 4000; round++) {
        size_t len = (size_t)(seed >> 33) % 120;
        char *text = malloc(len ? len : 1);
        assert_non_null(text);
        for (size_t i = 0; i < len; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            text[i] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
        }
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        gaz_lang_hint hint = gaz_language_hint(text, len);
        uint32_t lang = gaz_language_detect("a.h", 3, &hint);
        assert_non_null(gaz_language_get(lang));
        free(text);
    }
}

static void only_head_and_tail_are_looked_at(void **state)
{
    (void)state;
    size_t len = (size_t)4 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'x', len);
    for (size_t i = 0; i < len; i += 64)
        text[i] = '\n';
    memcpy(text + GAZ_LANG_HEAD + 64, "\nclass Foo;\n", 12);
    gaz_lang_hint hint = gaz_language_hint(text, len);
    assert_string_equal(gaz_language_name(gaz_language_detect("a.h", 3, &hint)), "C");
    memcpy(text + 1024, "\nclass Foo;\n", 12);
    hint = gaz_language_hint(text, len);
    assert_string_equal(gaz_language_name(gaz_language_detect("a.h", 3, &hint)), "C++");
    memcpy(text + len - 20, "\n# vim: ft=ruby\n", 16);
    hint = gaz_language_hint(text, len);
    assert_string_equal(gaz_language_name(gaz_language_detect("a.h", 3, &hint)), "Ruby");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_is_found_by_its_name_and_id),
        cmocka_unit_test(ids_are_linguists_and_zero_is_none),
        cmocka_unit_test(names_are_found_in_any_case_by_alias_and_by_extension),
        cmocka_unit_test(unknown_and_overlong_names_are_no_language),
        cmocka_unit_test(paths_alone_tell_most_languages),
        cmocka_unit_test(a_path_of_any_length_and_bytes_is_taken),
        cmocka_unit_test(emacs_modelines_name_the_mode),
        cmocka_unit_test(vim_modelines_name_the_file_type),
        cmocka_unit_test(a_modeline_beats_name_shebang_and_extension),
        cmocka_unit_test(shebangs_name_the_interpreter),
        cmocka_unit_test(headers_are_c_unless_they_say_otherwise),
        cmocka_unit_test(shared_extensions_are_told_apart_by_content),
        cmocka_unit_test(generic_extensions_need_content),
        cmocka_unit_test(no_content_gives_every_shared_extension_its_commonest_language),
        cmocka_unit_test(every_mark_of_the_rules_can_be_set),
        cmocka_unit_test(plain_prose_bears_no_marks_but_markdown),
        cmocka_unit_test(stored_hints_come_back_as_they_were),
        cmocka_unit_test(content_of_any_bytes_and_length_is_read_within_its_bounds),
        cmocka_unit_test(only_head_and_tail_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
