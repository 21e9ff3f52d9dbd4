namespace Shop;

public abstract class Account : IAccount
{
    private readonly List<Entry> _entries = new(), _other; // all
    public const int Max = 3, Min = 1;
    static readonly string Name = "account";
    protected static int count;

    public Account() : this(0) { }
    internal Account(int seed) : base(seed) => count = seed;
    static Account() { }
    ~Account() { Close(); }

    public string Owner { get; private set; } = "nobody";
    public virtual decimal Balance { get { var sum = 0m; return sum; } set => _balance = value; }
    int Half => Max / 2;
    public Entry this[int index] { get => _entries[index]; }
    decimal IAccount.Rate { get; }

    public event EventHandler<Args> Changed;
    event Action Closed { add { } remove { } }

    public abstract void Close();
    public override string ToString() => $"{Owner}: {Balance:C} {Format(Max)}";
    void IAccount.Pay<T>(T amount) { }
    [DllImport("x")] static extern int Native(int a);
    async Task<int> Wait(CancellationToken token = default) { await Done(token); return 1; }

    public static Account operator +(Account left, Entry right) => left.Add(right);
    public static implicit operator decimal(Account a) => a.Balance;
    public static explicit operator Entry(Account a) => new Entry(a);

#if DEBUG
    void Debug() { }
#endif
}
