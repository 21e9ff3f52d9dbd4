; What a database is made of: tables with their columns, views, indexes, functions, types, schemas.
[(comment) (marginalia)] @comment
(create_table
  (object_reference schema: (_) @container name: (_) @name)
  (column_definitions) @body) @definition.table
(create_table (object_reference name: (_) @name) (column_definitions) @body) @definition.table
(create_table (object_reference name: (_) @name) (create_query) @body) @definition.table
(create_table (object_reference name: (_) @name)) @definition.table
(alter_table
  (object_reference name: (_) @container)
  (add_column (column_definition name: (_) @name type: (_) @type) @definition.column))
(column_definition name: (_) @name type: (_) @type) @definition.column
(column_definition name: (_) @name) @definition.column
(create_view
  (object_reference schema: (_) @container name: (_) @name)
  (create_query) @body) @definition.view
(create_view (object_reference name: (_) @name) (create_query) @body) @definition.view
(create_materialized_view
  (object_reference schema: (_) @container name: (_) @name)
  (create_query) @body) @definition.view
(create_materialized_view (object_reference name: (_) @name) (create_query) @body) @definition.view
(create_index column: (identifier) @name (object_reference name: (_) @container)) @definition.index
(create_function
  (object_reference schema: (_) @container name: (_) @name)
  (function_body) @body) @definition.function
(create_function (object_reference name: (_) @name) (function_body) @body) @definition.function
(create_trigger . (keyword_create) (keyword_trigger) . (object_reference name: (_) @name)) @definition.function
(create_type (object_reference name: (_) @name)) @definition.type
(create_schema (identifier) @name) @definition.namespace
(create_sequence (object_reference name: (_) @name)) @definition.variable
(create_database (identifier) @name) @definition.namespace
(create_role (identifier) @name) @definition.object
