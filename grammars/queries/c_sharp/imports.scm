((using_directive "static" (_) @import.path) @import.from
  (#set! import.static)
  (#set! import.wildcard))
(using_directive name: (_) @import.alias "=" (_) @import.path) @import.module
((using_directive !name (_) @import.path) @import.package
  (#set! import.wildcard))
(extern_alias_directive name: (_) @import.path) @import.module
