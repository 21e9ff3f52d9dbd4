(import (qualified_identifier) @import.path "*" @import.wildcard) @import.package
((import (qualified_identifier) @import.path (identifier)? @import.alias) @import.tree
  (#not-match? @import.tree "[*]"))
