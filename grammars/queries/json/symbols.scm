; Keys of JSON. How many levels of them are kept is the program's work.
(comment) @comment
(pair key: (string) @name) @definition.key
