; Tables and keys of TOML. A table's name is its whole path; its span ends where the next begins.
(comment) @comment
(table . (_) @name) @definition.key
(table_array_element . (_) @name) @definition.key
(pair . (_) @name . (_)? @body) @definition.key
