class Cart: Base {
    private let customer: Customer
    var items: Items = Items()
    var parent: Cart?
    let log = Logger("cart")

    func ship(to house: Warehouse, item: Item?) {
        customer.greet()
        self.customer.address.print(1, 2)
        parent?.customer.greet()
        parent!.items.add(item!)
        house.send(item, urgent: true) { $0.done() }
        house.open { stop() }
        log.info("x")
        super.ship(to: house, item: item)
        Parcel(house).seal()
        Registry.shared.put(item?.name)
        Foundation.exit(0)
        items[0].sell()
        (house as! Depot).store()
        parent?.size += 1
        self.parent = parent
        style = .bold
        apply(.make(3), #selector(ship), \Cart.items)
        Box<Item>(1).open()
        items.forEach(print)
        Self.reset()
        let other: Cart = .init()
        left <+> right
        #expect(item == house.item)
    }
}
