(comment) @comment
[(string) (unicode_string_literal) (hex_string_literal)] @string
[(number_literal) (yul_decimal_number) (yul_hex_number)] @number
(number_unit) @type.builtin
[(true) (false)] @boolean
(pragma_directive) @attribute
[(solidity_version) (solidity_version_comparison_operator)] @number
(contract_declaration name: (identifier) @type)
(interface_declaration name: (identifier) @type)
(library_declaration name: (identifier) @type)
(struct_declaration name: (identifier) @type)
(enum_declaration name: (identifier) @type)
(event_definition name: (identifier) @type)
(error_declaration name: (identifier) @type)
(user_defined_type_definition name: (identifier) @type)
(user_defined_type (identifier) @type)
(type_alias (identifier) @type)
(enum_value) @constant
(import_directive import_name: (identifier) @type)
(import_directive alias: (identifier) @type)
(primitive_type) @type.builtin
(type_name "mapping" @type.builtin)
(function_definition name: (identifier) @function)
(modifier_definition name: (identifier) @function)
(modifier_invocation (identifier) @attribute)
(call_expression function: (expression (identifier) @function))
(call_expression function: (expression (member_expression property: (identifier) @function)))
(emit_statement name: (expression (identifier) @type))
(revert_statement error: (expression (identifier) @type))
(yul_function_call function: (yul_identifier) @function)
(yul_evm_builtin) @function.builtin
(parameter name: (identifier) @parameter)
(event_parameter name: (identifier) @parameter)
(error_parameter name: (identifier) @parameter)
(struct_member name: (identifier) @property)
(state_variable_declaration name: (identifier) @property)
(member_expression property: (identifier) @property)
((identifier) @variable.builtin (#any-of? @variable.builtin "msg" "block" "tx" "abi" "this" "super"))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
[(visibility) (state_mutability) (override_specifier) (immutable) (virtual) (unchecked)] @keyword
["abstract" "anonymous" "as" "assembly" "catch" "constant" "constructor" "contract" "do" "else" "emit"
  "enum" "error" "event" "fallback" "for" "from" "function" "global" "if" "import" "indexed"
  "interface" "is" "let" "library" "modifier" "new" "pragma" "receive" "return" "returns" "revert"
  "struct" "try" "type" "using" "while" "memory" "storage" "calldata" "delete" "switch" "case"
  "default"] @keyword
[(break_statement) (continue_statement)] @keyword
["=" "+=" "-=" "*=" "/=" "%=" "|=" "&=" "^=" "<<=" ">>=" "+" "-" "*" "/" "%" "**" "==" "!=" "<" ">"
  "<=" ">=" "&&" "||" "!" "&" "|" "^" "~" "<<" ">>" "++" "--" "=>" "?" ":="] @operator
["(" ")" "[" "]" "{" "}" "," ";" "." ":"] @punctuation
