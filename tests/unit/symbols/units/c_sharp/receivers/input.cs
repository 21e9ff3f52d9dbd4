class Cart : Base
{
    private Customer _customer;
    public Cart Parent { get; set; }
    static Logger Log = Logger.For(typeof(Cart));

    void Ship(Warehouse house, Item? item)
    {
        _customer.Greet();
        this._customer.Address.Print(1, 2);
        Parent.Parent._customer.Greet();
        house.Send<Item>(item, urgent: true);
        item?.Sell();
        item!.Sell();
        Parent?._customer.Greet();
        Log.Info(nameof(house));
        base.Ship(house);
        new Parcel(house) { Weight = 3, Owner = _customer }.Seal();
        var moved = item with { Place = house };
        Registry.Instance.Put(item.Name, Cart.Close);
        System.Console.WriteLine("x");
        string.Join(",", house.Names);
        house.Count++;
        Parent.Size += house.items[0].Weight;
        Ship(house, null);
        Close<int>(1);
        ((Cart)house).Open();
        Box<Item>.Default.Open();
    }
}
