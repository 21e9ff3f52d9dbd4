; Definitions of Ruby. Local names are found in references.scm; a function in a class or a module is a
; method by itself. Where there is no body, the signature ends before "end".
(comment) @comment

((class name: (_) @name body: (_) @body) @definition.class (#set! visibility public))
((class name: (_) @name "end" @body) @definition.class (#set! visibility public))
((module name: (_) @name body: (_) @body) @definition.module (#set! visibility public))
((module name: (_) @name "end" @body) @definition.module (#set! visibility public))
; `class << self`: a class without a name.
((singleton_class value: (_) body: (_) @body) @definition.class (#set! visibility public))

; `private` alone holds for the methods that follow; `private def f` is told by the style.
((body_statement (identifier) @visibility)
  (#any-of? @visibility "private" "protected" "public"))
((call
  !receiver
  . method: (identifier) @_word
  . arguments: (argument_list (method name: (_) @name body: (_) @body) @definition.function)) @span
  (#any-of? @_word "private" "protected" "public" "module_function"))
((call
  !receiver
  . method: (identifier) @_word
  . arguments: (argument_list (method name: (_) @name "end" @body) @definition.function)) @span
  (#any-of? @_word "private" "protected" "public" "module_function"))
((call
  !receiver
  . method: (identifier) @_word
  . arguments: (argument_list
    (singleton_method name: (_) @name body: (_) @body) @definition.method)) @span
  (#any-of? @_word "private_class_method" "public_class_method"))

((method name: (identifier) @name body: (_) @body) @definition.constructor
  (#eq? @name "initialize"))
((method name: (identifier) @name "end" @body) @definition.constructor
  (#eq? @name "initialize"))
((method name: (identifier) @name body: (_) @body) @definition.function
  (#match? @name "^test_")
  (#set! test))
((singleton_class
  body: (body_statement (method name: (_) @name body: (_) @body) @definition.method))
  (#set! static))
((singleton_class
  body: (body_statement (method name: (_) @name "end" @body) @definition.method))
  (#set! static))
(method name: (_) @name body: (_) @body) @definition.function
(method name: (_) @name "end" @body) @definition.function
((singleton_method object: (constant) @container name: (_) @name body: (_) @body)
  @definition.method
  (#set! static)
  (#set! visibility public))
((singleton_method object: (constant) @container name: (_) @name "end" @body)
  @definition.method
  (#set! static)
  (#set! visibility public))
((singleton_method object: (self) name: (_) @name body: (_) @body) @definition.method
  (#set! static)
  (#set! visibility public))
((singleton_method name: (_) @name "end" @body) @definition.method
  (#set! static)
  (#set! visibility public))
(alias name: (_) @name) @definition.function

; Methods that calls define.
((call
  !receiver
  . method: (identifier) @_define
  . arguments: (argument_list (simple_symbol) @name)) @definition.property
  (#any-of? @_define "attr_accessor" "attr_reader" "attr_writer" "attr" "cattr_accessor"
    "cattr_reader" "cattr_writer" "mattr_accessor" "mattr_reader" "mattr_writer" "class_attribute"
    "has_many" "has_one" "belongs_to" "has_and_belongs_to_many" "delegate" "def_delegators"))
((call
  !receiver
  . method: (identifier) @_define
  . arguments: (argument_list . (simple_symbol) @name)
  . block: (_) @body) @definition.function
  (#any-of? @_define "define_method" "let" "let!" "subject" "subject!"))
((call
  !receiver
  . method: (identifier) @_define
  . arguments: (argument_list . (simple_symbol) @name . (_))) @definition.function
  (#any-of? @_define "define_method" "alias_method"))
((call
  !receiver
  . method: (identifier) @_define
  . arguments: (argument_list . (simple_symbol) @name . (_))) @definition.method
  (#eq? @_define "scope")
  (#set! static))

; Tests: RSpec, Minitest::Spec, Rails.
((call
  !receiver
  . method: (identifier) @_test
  . arguments: (argument_list . (string) @name)
  . block: (_) @body) @definition.function
  (#any-of? @_test "it" "test" "specify" "scenario" "example" "should")
  (#set! test))
((call
  !receiver
  . method: (identifier) @_group
  . arguments: (argument_list . [(string) (constant) (scope_resolution)] @name)
  . block: (_) @body) @definition.section
  (#any-of? @_group "describe" "context" "feature" "shared_examples" "shared_context")
  (#set! test))
((call
  . receiver: (constant) @_rspec
  method: (identifier) @_group
  . arguments: (argument_list . [(string) (constant) (scope_resolution)] @name)
  . block: (_) @body) @definition.section
  (#eq? @_rspec "RSpec")
  (#any-of? @_group "describe" "context" "feature" "shared_examples" "shared_context")
  (#set! test))
; Tasks of Rake.
((call
  !receiver
  . method: (identifier) @_task
  . arguments: (argument_list . [(simple_symbol) @name (string) @name (pair key: (_) @name)])) @definition.rule
  (#any-of? @_task "task" "multitask"))

; `A = Struct.new(:x)`, `Error = Class.new(StandardError)`
((assignment
  left: [(constant) (scope_resolution)] @name
  right: (call receiver: (constant) @_class method: (identifier) @_new block: (_)? @body))
  @definition.class
  (#eq? @_class "Class")
  (#eq? @_new "new")
  (#set! visibility public))
((assignment
  left: [(constant) (scope_resolution)] @name
  right: (call receiver: (constant) @_class method: (identifier) @_new block: (_)? @body))
  @definition.module
  (#eq? @_class "Module")
  (#eq? @_new "new")
  (#set! visibility public))
((assignment
  left: [(constant) (scope_resolution)] @name
  right: (call receiver: (constant) @_struct method: (identifier) @_new block: (_)? @body))
  @definition.struct
  (#any-of? @_struct "Struct" "Data")
  (#any-of? @_new "new" "define")
  (#set! visibility public))
((assignment
  left: (constant)
  right: (call
    receiver: (constant) @_struct
    arguments: (argument_list (simple_symbol) @name @definition.property)))
  (#any-of? @_struct "Struct" "Data")
  (#set! visibility public))

((assignment
  left: [(constant) (scope_resolution)] @name
  right: (call receiver: [(constant) (scope_resolution)] @type method: (identifier) @_new) @body)
  @definition.constant
  (#eq? @_new "new")
  (#set! visibility public))
((assignment left: (constant) @name right: (_) @body) @definition.constant
  (#set! visibility public))
((assignment left: (scope_resolution) @name right: (_) @body) @definition.constant
  (#set! visibility public))
((assignment
  left: (instance_variable) @name
  right: (call receiver: [(constant) (scope_resolution)] @type method: (identifier) @_new) @body)
  @definition.field
  (#eq? @_new "new")
  (#set! visibility private))
((assignment left: (instance_variable) @name right: (_) @body) @definition.field
  (#set! visibility private))
((operator_assignment
  left: (instance_variable) @name
  right: (call receiver: [(constant) (scope_resolution)] @type method: (identifier) @_new) @body)
  @definition.field
  (#eq? @_new "new")
  (#set! visibility private))
((operator_assignment left: (instance_variable) @name right: (_) @body) @definition.field
  (#set! visibility private))
((assignment left: (class_variable) @name right: (_) @body) @definition.field
  (#set! static)
  (#set! visibility private))
(program (assignment left: (global_variable) @name right: (_) @body) @definition.variable)
