#!/usr/bin/env node
// What TypeScript's own checker says of the names in a tree, for compare.py: oracle_typescript.js TREE
//
// Needs the npm package typescript (NODE_PATH says where). tsconfig.json of TREE is used when there is one; files are those of TREE itself.
// A property that several declarations make (intersections, overloads, declarations put together) means any of them.
const fs = require('fs')
const path = require('path')
const ts = require('typescript')

const root = fs.realpathSync(process.argv[2])
const inside = (file) => !path.relative(root, file).startsWith('..') && !file.includes('/node_modules/')
const relative = (file) => path.relative(root, file)
const bytes = new Map()

function byteOf(source, at) {
  if (!bytes.has(source)) bytes.set(source, /^[\x00-\x7f]*$/.test(source.text))
  return bytes.get(source) ? at : Buffer.byteLength(source.text.slice(0, at))
}

function program() {
  const found = ts.findConfigFile(root, ts.sys.fileExists)
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }
  const parsed = found && inside(found) ? ts.getParsedCommandLineOfConfigFile(found, {}, host) : null
  const files = ts.sys.readDirectory(root, ['.ts', '.tsx', '.mts', '.cts'], ['**/node_modules'], undefined)
  const options = { allowJs: false, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler, jsx: ts.JsxEmit.Preserve, ...(parsed ? parsed.options : {}), noEmit: true }
  return ts.createProgram(files, options)
}

const lines = new Set()
const made = program()
const checker = made.getTypeChecker()

function place(declaration) {
  const source = declaration.getSourceFile()
  if (!inside(source.fileName)) return null
  const name = ts.getNameOfDeclaration(declaration)
  const at = name ? name.getStart(source) : declaration.getStart(source)
  return `${relative(source.fileName)}:${byteOf(source, at)}`
}

// Other code can name it: not a local variable or parameter, nor what stands in a function.
function lasting(node) {
  const kinds = [ts.SyntaxKind.FunctionDeclaration, ts.SyntaxKind.ClassDeclaration, ts.SyntaxKind.InterfaceDeclaration, ts.SyntaxKind.EnumDeclaration,
    ts.SyntaxKind.TypeAliasDeclaration, ts.SyntaxKind.EnumMember, ts.SyntaxKind.MethodDeclaration, ts.SyntaxKind.MethodSignature,
    ts.SyntaxKind.PropertyDeclaration, ts.SyntaxKind.PropertySignature, ts.SyntaxKind.GetAccessor, ts.SyntaxKind.SetAccessor, ts.SyntaxKind.VariableDeclaration]
  if (!kinds.includes(node.kind) || !node.name || !ts.isIdentifier(node.name)) return false
  for (let up = node.parent; up; up = up.parent) if (ts.isFunctionLike(up) || ts.isClassStaticBlockDeclaration(up) || ts.isBlock(up)) return false
  for (let up = node.parent; up; up = up.parent) if (ts.isObjectLiteralExpression(up)) return false
  return true
}

function targetsOf(node) {
  let symbol = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node)
  if (!symbol) return null
  if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol)
  return (symbol.declarations || []).filter((d) => !ts.isSourceFile(d)).map(place).filter(Boolean)
}

function visit(source, node) {
  const at = node.getStart(source)
  if (lasting(node)) lines.add(['D', relative(source.fileName), byteOf(source, node.name.getStart(source)), node.name.text].join('\t'))
  const declares = ts.isIdentifier(node) && node.parent.name === node && ts.isDeclaration(node.parent) && !ts.isShorthandPropertyAssignment(node.parent)
  if (ts.isIdentifier(node) && !declares) {
    const targets = targetsOf(node)
    const module = targets && targets.length === 0 && checker.getSymbolAtLocation(node)?.declarations?.some((d) => ts.isNamespaceImport(d) || ts.isSourceFile(d))
    if (targets && !module) lines.add([relative(source.fileName), byteOf(source, at), targets.join(';') || '-'].join('\t'))
  }
  if (ts.isStringLiteralLike(node) && imports(node)) {
    const symbol = checker.getSymbolAtLocation(node)
    const target = symbol?.declarations?.find(ts.isSourceFile)
    const to = target && inside(target.fileName) ? relative(target.fileName) : '-'
    lines.add(['I', relative(source.fileName), to, node.text.replace(/\s/g, ' ')].join('\t'))
  }
  ts.forEachChild(node, (child) => visit(source, child))
}

function imports(node) {
  const up = node.parent
  return ts.isImportDeclaration(up) || ts.isExportDeclaration(up) || ts.isExternalModuleReference(up) ||
    (ts.isLiteralTypeNode(up) && ts.isImportTypeNode(up.parent)) || (ts.isCallExpression(up) && up.expression.kind === ts.SyntaxKind.ImportKeyword)
}

for (const source of made.getSourceFiles()) {
  if (!inside(source.fileName)) continue
  lines.add([relative(source.fileName), -1, '-'].join('\t'))
  visit(source, source)
}
process.stdout.write([...lines].sort().join('\n') + '\n')
