((command name: (command_name (word) @_source) . argument: (_) @import.path) @import.source
  (#any-of? @_source "source" "."))
; Bats: `load helper`
((command name: (command_name (word) @_load) . argument: (_) @import.path) @import.source
  (#eq? @_load "load")
  (#set! import.dynamic))
