(comment) @comment
(escape_sequence) @escape
(interpolation) @string.special
((unary_operator operator: "@" operand: (call target: (identifier) @_name (arguments (string) @comment)))
  (#any-of? @_name "doc" "typedoc" "moduledoc"))
[(string) (charlist)] @string
(sigil) @string.special
[(integer) (float) (char)] @number
(boolean) @boolean
(nil) @constant
[(atom) (quoted_atom) (keyword) (quoted_keyword)] @property
(unary_operator operator: "@" @attribute operand: (call target: (identifier) @attribute))
(unary_operator operator: "@" @attribute operand: (identifier) @attribute)
((call target: (identifier) @keyword)
  (#any-of? @keyword "def" "defp" "defmodule" "defmacro" "defmacrop" "defguard" "defguardp"
    "defdelegate" "defstruct" "defexception" "defprotocol" "defimpl" "defoverridable" "defn" "defnp"
    "alias" "import" "require" "use" "if" "unless" "case" "cond" "for" "with" "quote" "unquote"
    "unquote_splicing" "raise" "receive" "try" "super" "throw" "describe" "test" "setup"
    "setup_all"))
((call target: (identifier) @_word (arguments . (call target: (identifier) @function)))
  (#match? @_word "^def"))
((call target: (identifier) @_word (arguments . (identifier) @function)) (#match? @_word "^def"))
((call
  target: (identifier) @_word
  (arguments . (binary_operator left: (call target: (identifier) @function))))
  (#match? @_word "^def"))
(call target: (identifier) @function)
(call target: (dot right: (identifier) @function))
(dot right: (identifier) @property)
(alias) @type
((identifier) @variable.builtin
  (#any-of? @variable.builtin "__MODULE__" "__DIR__" "__ENV__" "__CALLER__" "__STACKTRACE__"))
((identifier) @comment (#match? @comment "^_"))
["do" "end" "fn" "when" "and" "or" "not" "in" "not in" "after" "catch" "else" "rescue"] @keyword
(binary_operator operator: _ @operator)
(unary_operator operator: _ @operator)
["->" "=>" "%" "&"] @operator
["(" ")" "[" "]" "{" "}" "," ";" "." "<<" ">>"] @punctuation
