package main

import "os"
import . "strings"
import _ "embed"
import alias "example.com/deep/path"

func main() {
	os.Exit(alias.Run(ToUpper(os.Args[0])))
}
