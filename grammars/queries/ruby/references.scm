; Scopes. A method, a class and a file see no local names of what is around them; a block does.
(program) @local.closed
(method) @local.closed
(singleton_method) @local.closed
(class) @local.closed
(module) @local.closed
(singleton_class) @local.closed
(block) @local.scope
(do_block) @local.scope
(lambda) @local.scope

(method_parameters (identifier) @local.definition)
(block_parameters (identifier) @local.definition)
(lambda_parameters (identifier) @local.definition)
(destructured_parameter (identifier) @local.definition)
(optional_parameter name: (_) @local.definition)
(keyword_parameter name: (_) @local.definition)
(splat_parameter name: (_) @local.definition)
(hash_splat_parameter name: (_) @local.definition)
(block_parameter name: (_) @local.definition)

((assignment
  left: (identifier) @local.definition
  right: (call
    receiver: [(constant) (scope_resolution)] @local.type
    method: (identifier) @_new))
  (#eq? @_new "new"))
(assignment left: (identifier) @local.definition)
(operator_assignment left: (identifier) @local.definition)
(left_assignment_list (identifier) @local.definition)
(destructured_left_assignment (identifier) @local.definition)
(rest_assignment (identifier) @local.definition)
(for pattern: (identifier) @local.definition)
(rescue
  exceptions: (exceptions . [(constant) (scope_resolution)] @local.type .)
  variable: (exception_variable (identifier) @local.definition))
(exception_variable (identifier) @local.definition)
(as_pattern name: (_) @local.definition)
(keyword_pattern key: (hash_key_symbol) @local.definition !value)
(keyword_pattern value: (identifier) @local.definition)
(array_pattern (identifier) @local.definition)
(find_pattern (identifier) @local.definition)
(in_clause pattern: (identifier) @local.definition)
(match_pattern pattern: (identifier) @local.definition)

; Classes above, and modules that are mixed in.
(superclass (constant) @reference.inherit)
(superclass (scope_resolution scope: (_) @receiver name: (constant) @reference.inherit))
((call
  !receiver
  . method: (identifier) @_include
  . arguments: (argument_list (constant) @reference.inherit))
  (#any-of? @_include "include" "extend" "prepend"))
((call
  !receiver
  . method: (identifier) @_include
  . arguments: (argument_list
    (scope_resolution scope: (_) @receiver name: (constant) @reference.inherit)))
  (#any-of? @_include "include" "extend" "prepend"))
((assignment
  left: (constant)
  right: (call
    receiver: (constant) @_class
    arguments: (argument_list . (constant) @reference.inherit)))
  (#eq? @_class "Class"))

; Objects that are made: `A.new` is a call of A.
((call
  . receiver: (constant) @reference.call
  method: (identifier) @_new
  arguments: (_) @arguments)
  (#eq? @_new "new")
  (#set! new))
((call . receiver: (constant) @reference.call method: (identifier) @_new)
  (#eq? @_new "new")
  (#set! new))
((call
  . receiver: (scope_resolution scope: (_) @receiver name: (constant) @reference.call)
  method: (identifier) @_new
  arguments: (_)? @arguments)
  (#eq? @_new "new")
  (#set! new))
((call . receiver: [(constant) (scope_resolution)] method: (identifier) @ignored)
  (#eq? @ignored "new"))

; Methods named by symbols.
((call
  !receiver
  . method: (identifier) @_method
  . arguments: (argument_list (simple_symbol) @reference.call))
  (#any-of? @_method "method" "send" "public_send" "__send__" "before_action" "after_action"
    "around_action" "skip_before_action" "before_save" "after_save" "before_create" "after_create"
    "before_update" "after_update" "before_validation" "after_validation" "before_destroy"
    "after_destroy" "after_commit" "validate" "helper_method")
  (#set! self))
((call
  !receiver
  . method: (identifier) @_method
  . arguments: (argument_list (simple_symbol) @reference.read))
  (#any-of? @_method "private" "protected" "public" "module_function" "private_class_method"
    "public_class_method" "respond_to?" "instance_method" "undef_method" "remove_method"
    "private_constant")
  (#set! self))
((call
  !receiver
  . method: (identifier) @_method
  . arguments: (argument_list . (simple_symbol) . (simple_symbol) @reference.read))
  (#eq? @_method "alias_method")
  (#set! self))
((alias alias: (_) @reference.read) (#set! self))
((block_argument (simple_symbol) @reference.call) (#set! member))

(assignment left: (call receiver: (_) @receiver method: (identifier) @reference.write))
(operator_assignment left: (call receiver: (_) @receiver method: (identifier) @reference.write))
(call . receiver: (_) @receiver method: (identifier) @reference.call . arguments: (_) @arguments)
(call . receiver: (_) @receiver method: (_) @reference.call)
(call !receiver . method: (identifier) @reference.call . arguments: (_) @arguments)
(call !receiver . method: (identifier) @reference.call)
(call !receiver . method: (constant) @reference.call)

(exceptions (constant) @reference.type)
(exceptions (scope_resolution scope: (_) @receiver name: (constant) @reference.type))

((assignment left: (instance_variable) @reference.write) (#set! self))
((operator_assignment left: (instance_variable) @reference.write) (#set! self))
((left_assignment_list (instance_variable) @reference.write) (#set! self))
((operator_assignment left: (class_variable) @reference.write) (#set! self))
(assignment left: (global_variable) @reference.write)
(operator_assignment left: (constant) @reference.write)

(scope_resolution scope: (_) @receiver name: (constant) @reference.read)
((instance_variable) @reference.read (#set! self))
((class_variable) @reference.read (#set! self))
(global_variable) @reference.read
(pair key: (hash_key_symbol) @reference.read !value)
((identifier) @ignored (#any-of? @ignored "__FILE__" "__dir__" "__method__"))
(constant) @reference.read
(identifier) @reference.read
