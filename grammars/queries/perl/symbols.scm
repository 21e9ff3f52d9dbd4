; Definitions of Perl: packages, subs, constants, and variables of a file or a package.
[(comment) (pod)] @comment

(package_statement name: (_) @name (block) @body) @definition.namespace
(package_statement name: (_) @name) @definition.package
(class_statement name: (_) @name (block) @body) @definition.class
(class_statement name: (_) @name) @definition.class
(role_statement name: (_) @name (block) @body) @definition.trait

(subroutine_declaration_statement name: (_) @name body: (_) @body) @definition.function
(subroutine_declaration_statement name: (_) @name !body) @declaration.function
(method_declaration_statement name: (_) @name body: (_) @body) @definition.method

(source_file (expression_statement (assignment_expression
  left: (variable_declaration "our" variable: (_ (varname) @name))
  right: (_) @body) @definition.variable))
(block (expression_statement (assignment_expression
  left: (variable_declaration "our" variable: (_ (varname) @name))
  right: (_) @body) @definition.variable))
((source_file (expression_statement (assignment_expression
  left: (variable_declaration "my" variable: (_ (varname) @name))
  right: (_) @body) @definition.variable))
  (#set! visibility file))

((use_statement
  module: (package) @_module
  (list_expression . (autoquoted_bareword) @name . (_) @body)) @definition.constant
  (#eq? @_module "constant"))
((use_statement
  module: (package) @_module
  (anonymous_hash_expression (list_expression (autoquoted_bareword) @name @definition.constant)))
  (#eq? @_module "constant"))

((expression_statement (ambiguous_function_call_expression
  function: (function) @_word
  arguments: (list_expression
    . (string_literal content: (_) @name)
    . (anonymous_subroutine_expression) @body)) @definition.function)
  (#any-of? @_word "subtest" "describe" "it" "test")
  (#set! test))
