using Xunit;

[TestFixture]
public class StackTests
{
    [SetUp] public void Prepare() { }
    [Test] public void Pushes() { Assert.True(new Stack().Empty); }
    [Fact(Skip = "later")] public void Pops() { }
    [Theory, InlineData(1)]
    public void Takes(int n) { }
    [Xunit.Fact] public void Named() { }
    [TestCase(1)]
    [TestCase(2)]
    public void Cases(int n) { }
    [TestMethod] public async Task Waits() { }
    void Helper() { }
}
