; inherits: c
[(raw_string_literal) (user_defined_literal)] @string
(this) @variable.builtin
(auto) @type.builtin
(namespace_identifier) @module
(operator_name) @function
(destructor_name) @function
(call_expression function: (qualified_identifier name: (identifier) @function))
(template_function name: (identifier) @function)
(template_method name: (field_identifier) @function)
(function_declarator declarator: (qualified_identifier name: (identifier) @function))
(access_specifier) @keyword
(virtual_specifier) @keyword
["catch" "class" "co_await" "co_return" "co_yield" "concept" "consteval" "constexpr" "constinit" "decltype" "default"
  "delete" "explicit" "final" "friend" "mutable" "namespace" "new" "noexcept" "operator" "override" "private" "protected"
  "public" "requires" "static_assert" "template" "throw" "try" "typename" "using" "virtual"] @keyword
["::" "<=>"] @operator
