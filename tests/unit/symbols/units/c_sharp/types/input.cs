namespace Shop.Core
{
    /// <summary>An order.</summary>
    [Serializable, Obsolete("old")]
    public sealed partial class Order<TItem, out TKey> : Entity<TKey>, IOrder, Base.IThing<int>
        where TItem : class, IItem, new()
    {
        public struct Line { internal int count; int hidden; }
        protected internal interface IVisit<T> : IDisposable { T Visit(TItem item); int Depth { get; } void Leave() { } }
        private enum State : byte { Open = 1, /* done */ Closed }
        public delegate void Handler<T>(object sender, T args);
        private class Nested { class Deep { } }
    }

    record Point(int X, int Y = 0) : Shape(X), IPoint { public int Sum => X + Y; }
    readonly record struct Size(double Width);
    class Service(ILogger log, Order order) { void Go() => log.Info(order); }
    file static class Extensions
    {
        public static int Count(this Order order, int by) => by;
        public static T First<T>(this IEnumerable<T> all) { return all.Get(0); }
        internal static void Log(this Shop.Core.Line line) { }
        public static int Plain(Order order) => 1;
    }
}
