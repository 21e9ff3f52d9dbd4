; Elements with an id, and headings with what follows them, of HTML.
(comment) @comment
((element [(start_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))
           (self_closing_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))]) @definition.element
  (#match? @_id "^[iI][dD]$"))
((element [(start_tag (attribute (attribute_name) @_id (attribute_value) @name))
           (self_closing_tag (attribute (attribute_name) @_id (attribute_value) @name))]) @definition.element
  (#match? @_id "^[iI][dD]$"))
((script_element (start_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))) @definition.element
  (#match? @_id "^[iI][dD]$"))
((style_element (start_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))) @definition.element
  (#match? @_id "^[iI][dD]$"))

((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^[hH]1$") (#set! level 1))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^[hH]2$") (#set! level 2))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^[hH]3$") (#set! level 3))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^[hH]4$") (#set! level 4))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^[hH]5$") (#set! level 5))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^[hH]6$") (#set! level 6))
