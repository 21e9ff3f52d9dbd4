import org.junit.jupiter.api.Test;

class StackTest {
    @Test
    void isEmpty() { assertTrue(new Stack().isEmpty()); }

    @Test(timeout = 10, expected = Failure.class)
    public void fails() { timeout(); }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void takes(String text) {}

    @RepeatedTest(3) void again() {}
    @TestFactory Stream<DynamicTest> made() { return null; }
    @org.junit.Test void qualified() {}

    @BeforeEach
    void setUp() {}
    void testData() {}
}

class OldTest extends TestCase {
    public void testPush() {}
    public int testNumber() { return 1; }
    void helper() {}
}
