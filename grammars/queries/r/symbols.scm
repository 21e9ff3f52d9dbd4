; Definitions of R: what is assigned at the top level, functions wherever they are assigned, and
; classes of S4, reference classes and R6.
(comment) @comment

((binary_operator
  lhs: (identifier) @name
  operator: ["<-" "=" "<<-"]
  rhs: (call function: [(identifier) (namespace_operator)] @_maker arguments: (_) @body)) @definition.class
  (#match? @_maker "(R6Class|setRefClass|setClass|new_class)$"))
((call function: (identifier) @_maker arguments: (arguments . (argument value: (string) @name))) @definition.class
  (#any-of? @_maker "setClass" "setRefClass" "setClassUnion"))
((call function: (identifier) @_maker arguments: (arguments . (argument value: (string) @name))) @definition.function
  (#eq? @_maker "setGeneric"))
((call
  function: (identifier) @_maker
  arguments: (arguments
    . (argument value: (string) @name)
    . (comma)
    . (argument value: (string) @container)
    . (comma)
    . (argument value: (function_definition body: (_) @body)))) @definition.method
  (#any-of? @_maker "setMethod" "setReplaceMethod"))
((call
  function: [(identifier) (namespace_operator)] @_maker
  arguments: (arguments (argument value: (call arguments: (arguments
    (argument
      name: (identifier) @name
      value: (function_definition body: (_) @body)) @definition.method)))))
  (#match? @_maker "(R6Class|setRefClass)$"))
((call
  function: [(identifier) (namespace_operator)] @_maker
  arguments: (arguments (argument value: (call arguments: (arguments
    (argument name: (identifier) @name) @definition.field)))))
  (#match? @_maker "(R6Class|setRefClass|setClass)$"))

((binary_operator
  lhs: [(identifier) (string)] @name
  operator: ["<-" "=" "<<-"]
  rhs: (function_definition body: (_) @body)) @definition.function
  (#match? @name "^[\"'`]?\\.")
  (#set! visibility private))
(binary_operator
  lhs: [(identifier) (string)] @name
  operator: ["<-" "=" "<<-"]
  rhs: (function_definition body: (_) @body)) @definition.function
((program (binary_operator
  lhs: (identifier) @name
  operator: ["<-" "=" "<<-"]
  rhs: (_) @body) @definition.constant)
  (#match? @name "^[A-Z][A-Z0-9_.]+$"))
(program (binary_operator
  lhs: [(identifier) (string)] @name
  operator: ["<-" "=" "<<-"]
  rhs: (_) @body) @definition.variable)
(program (binary_operator
  lhs: (_) @body
  operator: ["->" "->>"]
  rhs: (identifier) @name) @definition.variable)

((call
  function: (identifier) @_word
  arguments: (arguments . (argument value: (string) @name) . (comma) . (argument) @body)) @definition.function
  (#any-of? @_word "test_that" "it")
  (#set! test))
