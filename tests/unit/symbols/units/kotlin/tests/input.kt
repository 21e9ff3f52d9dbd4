import kotlin.test.Test

class StackTest {
    @BeforeTest fun prepare() {}

    @Test
    fun `is empty at first`() { assertTrue(Stack().isEmpty()) }

    @Test(expected = Failure::class) fun fails() {}

    @ParameterizedTest
    @ValueSource(ints = [1, 2])
    fun takes(n: Int) {}

    fun helper() {}
}
