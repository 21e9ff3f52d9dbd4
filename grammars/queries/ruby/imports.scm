((call
  !receiver
  . method: (identifier) @_require
  . arguments: (argument_list . (string . (string_content) @import.path .))) @import.module
  (#eq? @_require "require"))
((call
  !receiver
  . method: (identifier) @_require
  . arguments: (argument_list . (string . (string_content) @import.path .))) @import.source
  (#eq? @_require "require_relative"))
; A path that is worked out: "#{__dir__}/a", File.expand_path("../a", __FILE__).
((call
  !receiver
  . method: (identifier) @_require
  . arguments: (argument_list . (string (interpolation)) @import.path)) @import.source
  (#any-of? @_require "require" "require_relative" "load")
  (#set! import.computed))
((call
  !receiver
  . method: (identifier) @_require
  . arguments: (argument_list . [(call) (binary)] @import.path)) @import.source
  (#any-of? @_require "require" "require_relative" "load")
  (#set! import.computed))
((call
  !receiver
  . method: (identifier) @_load
  . arguments: (argument_list . (string . (string_content) @import.path .))) @import.source
  (#eq? @_load "load")
  (#set! import.dynamic))
((call
  !receiver
  . method: (identifier) @_autoload
  . arguments: (argument_list
    . (simple_symbol) @import.name
    . (string (string_content) @import.path))) @import.from
  (#eq? @_autoload "autoload"))
