; Definitions of Elixir, all of which are calls of macros. Documentation stands before what it
; documents, as attributes of the module.
(comment) @comment
((unary_operator operand: (call target: (identifier) @_name)) @comment
  (#any-of? @_name "doc" "typedoc"))
((unary_operator operand: (call target: (identifier) @_name)) @attribute
  (#any-of? @_name "spec" "impl" "deprecated" "since" "tag"))
((call target: (identifier) @_name (arguments (string) @doc)) (#eq? @_name "moduledoc"))

((call target: (identifier) @_word (arguments . (alias) @name) (do_block) @body) @definition.module
  (#eq? @_word "defmodule")
  (#match? @name "Test$")
  (#set! test))
((call target: (identifier) @_word (arguments . (alias) @name) (do_block) @body) @definition.module
  (#eq? @_word "defmodule"))
((call target: (identifier) @_word (arguments . (alias) @name) (do_block) @body) @definition.interface
  (#eq? @_word "defprotocol"))
((call target: (identifier) @_word (arguments . (alias) @name) (do_block) @body) @definition.extension
  (#eq? @_word "defimpl"))

((call
  target: (identifier) @_word
  (arguments . (call target: (identifier) @name))
  (do_block)? @body) @definition.function
  (#any-of? @_word "def" "defdelegate" "defn"))
((call
  target: (identifier) @_word
  (arguments . (binary_operator left: (call target: (identifier) @name) operator: "when"))
  (do_block)? @body) @definition.function
  (#any-of? @_word "def" "defdelegate" "defn"))
((call target: (identifier) @_word (arguments . (identifier) @name) (do_block)? @body) @definition.function
  (#any-of? @_word "def" "defdelegate" "defn"))
((call
  target: (identifier) @_word
  (arguments . (binary_operator operator: _ @name))
  (do_block)? @body) @definition.function
  (#eq? @_word "def")
  (#not-eq? @name "when"))

((call
  target: (identifier) @_word
  (arguments . (call target: (identifier) @name))
  (do_block)? @body) @definition.function
  (#any-of? @_word "defp" "defnp")
  (#set! visibility private))
((call
  target: (identifier) @_word
  (arguments . (binary_operator left: (call target: (identifier) @name) operator: "when"))
  (do_block)? @body) @definition.function
  (#any-of? @_word "defp" "defnp")
  (#set! visibility private))
((call target: (identifier) @_word (arguments . (identifier) @name) (do_block)? @body) @definition.function
  (#any-of? @_word "defp" "defnp")
  (#set! visibility private))

((call
  target: (identifier) @_word
  (arguments . (call target: (identifier) @name))
  (do_block)? @body) @definition.macro
  (#any-of? @_word "defmacro" "defguard"))
((call
  target: (identifier) @_word
  (arguments . (binary_operator left: (call target: (identifier) @name) operator: "when"))
  (do_block)? @body) @definition.macro
  (#any-of? @_word "defmacro" "defguard"))
((call
  target: (identifier) @_word
  (arguments . (call target: (identifier) @name))
  (do_block)? @body) @definition.macro
  (#any-of? @_word "defmacrop" "defguardp")
  (#set! visibility private))
((call
  target: (identifier) @_word
  (arguments . (binary_operator left: (call target: (identifier) @name) operator: "when"))
  (do_block)? @body) @definition.macro
  (#any-of? @_word "defmacrop" "defguardp")
  (#set! visibility private))

((call target: (identifier) @_word (arguments (keywords (pair key: (keyword) @name) @definition.field)))
  (#any-of? @_word "defstruct" "defexception"))
((call target: (identifier) @_word
  (arguments (list (keywords (pair key: (keyword) @name) @definition.field))))
  (#any-of? @_word "defstruct" "defexception"))
((call target: (identifier) @_word (arguments (list (atom) @name @definition.field)))
  (#any-of? @_word "defstruct" "defexception"))

((unary_operator
  operand: (call
    target: (identifier) @_word
    (arguments (binary_operator
      left: [(identifier) @name (call target: (identifier) @name)]
      operator: "::")))) @definition.type
  (#any-of? @_word "type" "opaque"))
((unary_operator
  operand: (call
    target: (identifier) @_word
    (arguments (binary_operator
      left: [(identifier) @name (call target: (identifier) @name)]
      operator: "::")))) @definition.type
  (#eq? @_word "typep")
  (#set! visibility private))
((unary_operator
  operand: (call
    target: (identifier) @_word
    (arguments (binary_operator left: (call target: (identifier) @name) operator: "::")))) @declaration.function
  (#any-of? @_word "callback" "macrocallback")
  (#set! abstract))
((unary_operator
  operator: "@"
  operand: (call target: (identifier) @name (arguments . (_) @body))) @definition.constant
  (#not-any-of? @name "doc" "typedoc" "moduledoc" "spec" "impl" "deprecated" "since" "tag" "type"
    "typep" "opaque" "callback" "macrocallback" "behaviour" "derive" "enforce_keys" "compile"
    "dialyzer" "before_compile" "after_compile" "on_load" "external_resource" "optional_callbacks"
    "moduletag" "describetag"))

((call
  target: (identifier) @_word
  (arguments . (string (quoted_content) @name))
  (do_block) @body) @definition.function
  (#any-of? @_word "test" "property")
  (#set! test))
((call
  target: (identifier) @_word
  (arguments . (string (quoted_content) @name))
  (do_block) @body) @definition.block
  (#eq? @_word "describe")
  (#set! test))
