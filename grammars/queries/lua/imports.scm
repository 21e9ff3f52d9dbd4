; `local a = require "b"`, `local f = require("b").f`
((assignment_statement
  (variable_list . name: (identifier) @import.alias)
  (expression_list
    . value: (function_call
      name: (identifier) @_require
      arguments: (arguments . (string) @import.path)) @import.module))
  (#eq? @_require "require"))
((assignment_statement
  (variable_list . name: (identifier) @import.alias)
  (expression_list
    . value: (dot_index_expression
      table: (function_call
        name: (identifier) @_require
        arguments: (arguments . (string) @import.path)) @import.from
      field: (identifier) @import.name)))
  (#eq? @_require "require"))
((function_call
  name: (identifier) @_require
  arguments: (arguments . (string) @import.path)) @import.module
  (#eq? @_require "require"))
; `pcall(require, "a")`
((function_call
  name: (identifier) @_call
  arguments: (arguments . (identifier) @_require . (string) @import.path)) @import.module
  (#any-of? @_call "pcall" "xpcall")
  (#eq? @_require "require")
  (#set! import.optional))
((function_call
  name: (identifier) @_load
  arguments: (arguments . (string) @import.path)) @import.source
  (#any-of? @_load "dofile" "loadfile")
  (#set! import.dynamic))
