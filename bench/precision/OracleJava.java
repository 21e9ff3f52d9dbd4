// What javac says of the names in Java sources, for compare.py: java OracleJava.java TREE [CLASSPATH]
//
// All .java files below TREE are analysed together (module-info, package-info and the same class twice left out); definitions that can be
// named, uses, and the files whose types a file names are printed in the form compare.py reads. What needs a library that is not on
// CLASSPATH is an error of javac, which is counted on stderr; the rest is still answered.
import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import javax.lang.model.element.*;
import javax.tools.*;

public class OracleJava {
    private final Path root;
    private final Trees trees;
    private final SourcePositions positions;
    private final Set<String> lines = new TreeSet<>();
    private final Map<CompilationUnitTree, int[]> bytes = new HashMap<>();

    OracleJava(Path root, JavacTask task) {
        this.root = root;
        trees = Trees.instance(task);
        positions = trees.getSourcePositions();
    }

    private String path(CompilationUnitTree unit) {
        return root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
    }

    /** Byte of a character of a unit. */
    private int at(CompilationUnitTree unit, long position) {
        int[] starts = bytes.computeIfAbsent(unit, u -> {
            CharSequence text = text(u);
            int[] all = new int[text.length() + 1];
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                int size = c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isSurrogate(c) ? 2 : 3;
                all[i + 1] = all[i] + size;
            }
            return all;
        });
        return position < 0 || position >= starts.length ? -1 : starts[(int) position];
    }

    private static CharSequence text(CompilationUnitTree unit) {
        try {
            return unit.getSourceFile().getCharContent(true);
        } catch (IOException e) {
            return "";
        }
    }

    /** Where a name stands as a word at or behind a position, or -1. */
    private long word(CompilationUnitTree unit, String name, long from, long end) {
        String text = text(unit).toString();
        for (int i = (int) from; i >= 0 && (i = text.indexOf(name, i)) >= 0 && i < end; i++) {
            boolean before = i > 0 && Character.isJavaIdentifierPart(text.charAt(i - 1));
            int after = i + name.length();
            if (!before && (after >= text.length() || !Character.isJavaIdentifierPart(text.charAt(after))))
                return i;
        }
        return -1;
    }

    /** "path:byte" of what an element is declared as; null when it is not of this tree. */
    private String place(Element element) {
        TreePath declared = element == null ? null : trees.getPath(element);
        if (declared == null)
            return null;
        CompilationUnitTree unit = declared.getCompilationUnit();
        Tree tree = declared.getLeaf();
        String name = element.getSimpleName().toString();
        long from = positions.getStartPosition(unit, tree), end = positions.getEndPosition(unit, tree);
        if (element.getKind() == ElementKind.CONSTRUCTOR)
            name = element.getEnclosingElement().getSimpleName().toString();
        ModifiersTree modifiers = tree instanceof ClassTree c ? c.getModifiers()
            : tree instanceof MethodTree m ? m.getModifiers() : tree instanceof VariableTree v ? v.getModifiers() : null;
        Tree type = tree instanceof MethodTree m ? m.getReturnType() : tree instanceof VariableTree v ? v.getType() : null;
        for (Tree part : new Tree[] {modifiers, type})
            if (part != null && positions.getEndPosition(unit, part) > from)
                from = positions.getEndPosition(unit, part);
        long found = name.isEmpty() ? -1 : word(unit, name, from, end < 0 ? Long.MAX_VALUE : end);
        return found < 0 ? null : path(unit) + ":" + at(unit, found);
    }

    private static boolean isLocal(Element e) {
        return switch (e.getKind()) {
            case LOCAL_VARIABLE, PARAMETER, EXCEPTION_PARAMETER, RESOURCE_VARIABLE, BINDING_VARIABLE, TYPE_PARAMETER, PACKAGE, MODULE -> true;
            default -> false;
        };
    }

    private void use(CompilationUnitTree unit, long position, Element element, String name) {
        if (element == null || position < 0 || element.getKind() == ElementKind.PACKAGE || element.asType().getKind().name().equals("ERROR")
            || name.equals("this") || name.equals("super"))
            return;
        String target = place(element);
        String more = null;
        if (element.getKind() == ElementKind.CONSTRUCTOR) // `new Foo()` names the class as well
            more = place(element.getEnclosingElement());
        String both = target == null ? more : more == null ? target : target + ";" + more;
        lines.add(path(unit) + "\t" + at(unit, position) + "\t" + (both == null ? "-" : both));
        Element type = element;
        if (element.getKind().isClass() || element.getKind().isInterface()) {
            String file = place(type);
            if (file != null)
                lines.add("I\t" + path(unit) + "\t" + file.substring(0, file.lastIndexOf(':')) + "\t-");
        }
    }

    private void visit(CompilationUnitTree unit) {
        lines.add(path(unit) + "\t-1\t-");
        new TreePathScanner<Void, Void>() {
            private void declared(Tree tree) {
                Element e = trees.getElement(getCurrentPath());
                if (e == null || isLocal(e) || positions.getStartPosition(unit, tree) < 0)
                    return;
                String where = place(e);
                String name = e.getKind() == ElementKind.CONSTRUCTOR ? e.getEnclosingElement().getSimpleName().toString() : e.getSimpleName().toString();
                boolean hidden = e.getKind() == ElementKind.CONSTRUCTOR && positions.getEndPosition(unit, tree) < 0;
                if (where != null && !hidden && !made(e, tree))
                    lines.add("D\t" + path(unit) + "\t" + where.substring(where.lastIndexOf(':') + 1) + "\t" + name);
            }

            /** Constructors nobody wrote stand where their class does. */
            private boolean made(Element e, Tree tree) {
                if (e.getKind() != ElementKind.CONSTRUCTOR)
                    return false;
                TreePath owner = trees.getPath(e.getEnclosingElement());
                return owner == null || positions.getStartPosition(unit, tree) <= positions.getStartPosition(unit, owner.getLeaf());
            }

            @Override public Void visitClass(ClassTree tree, Void v) {
                declared(tree);
                return super.visitClass(tree, v);
            }

            @Override public Void visitMethod(MethodTree tree, Void v) {
                declared(tree);
                return super.visitMethod(tree, v);
            }

            @Override public Void visitVariable(VariableTree tree, Void v) {
                declared(tree);
                return super.visitVariable(tree, v);
            }

            @Override public Void visitIdentifier(IdentifierTree tree, Void v) {
                Element e = trees.getElement(getCurrentPath());
                TreePath parent = getCurrentPath().getParentPath();
                // The class of `new Foo()` is the constructor's, as its call is.
                if (parent.getLeaf() instanceof NewClassTree made && made.getIdentifier() == tree)
                    e = trees.getElement(parent) != null ? trees.getElement(parent) : e;
                use(unit, positions.getStartPosition(unit, tree), e, tree.getName().toString());
                return super.visitIdentifier(tree, v);
            }

            @Override public Void visitMemberSelect(MemberSelectTree tree, Void v) {
                String name = tree.getIdentifier().toString();
                long from = positions.getEndPosition(unit, tree.getExpression());
                use(unit, word(unit, name, from, positions.getEndPosition(unit, tree)), trees.getElement(getCurrentPath()), name);
                return super.visitMemberSelect(tree, v);
            }

            @Override public Void visitMemberReference(MemberReferenceTree tree, Void v) {
                String name = tree.getName().toString();
                long from = positions.getEndPosition(unit, tree.getQualifierExpression());
                use(unit, word(unit, name, from, positions.getEndPosition(unit, tree)), trees.getElement(getCurrentPath()), name);
                return super.visitMemberReference(tree, v);
            }
        }.scan(unit, null);
    }

    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]).toRealPath();
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(f -> f.toString().endsWith(".java") && !f.endsWith("module-info.java") && !f.endsWith("package-info.java")).sorted().collect(Collectors.toList());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options = new ArrayList<>(List.of("-proc:none", "-Xmaxerrs", "100000", "-XDshould-stop.ifError=FLOW"));
        if (arguments.length > 1)
            options.addAll(List.of("-classpath", arguments[1]));
        JavacTask task = (JavacTask) compiler.getTask(null, manager, problems, options, null, manager.getJavaFileObjectsFromPaths(files));
        OracleJava oracle = new OracleJava(root, task);
        List<CompilationUnitTree> units = new ArrayList<>();
        task.parse().forEach(units::add);
        task.analyze();
        units.forEach(oracle::visit);
        long errors = problems.getDiagnostics().stream().filter(d -> d.getKind() == Diagnostic.Kind.ERROR).count();
        System.err.println("OracleJava: " + units.size() + " files, " + errors + " errors of javac");
        StringBuilder out = new StringBuilder();
        oracle.lines.forEach(l -> out.append(l).append('\n'));
        System.out.write(out.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
