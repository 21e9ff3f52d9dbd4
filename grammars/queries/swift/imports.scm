; `import struct A.B` takes B out of A.
((import_declaration (identifier) @import.path) @import.module
  (#not-match? @import.module "import\\s+\\w+\\s+\\w"))
((import_declaration
  ["typealias" "struct" "class" "enum" "protocol" "let" "var" "func"]
  (identifier) @import.path) @import.tree)
