(import_declaration) @import.path @import.tree
(export_declaration) @import.path @import.tree.reexport
