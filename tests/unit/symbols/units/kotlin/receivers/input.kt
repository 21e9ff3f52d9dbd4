class Cart(private val customer: Customer, house: Warehouse) : Base() {
    val items: MutableList<Item> = house.items
    var parent: Cart? = null
    private val log = Logger("cart")

    fun ship(house: Warehouse, item: Item?) {
        customer.greet()
        this.customer.address.print(1, 2)
        parent?.customer?.greet()
        parent!!.items.add(item!!)
        house.send(item, urgent = true) { it.done() }
        house send item
        house.open { stop() }
        log.info("x")
        super.ship(house, item)
        this@Cart.close()
        Parcel(house).seal()
        Registry.all.put(item.name)
        java.lang.System.gc()
        items.map(Item::name).forEach(::print)
        items.map(this::ship)
        Cart::class.java
        parent.size++
        parent.customer = customer
        items[0].sell()
        (house as Depot).store()
        if (item is Box) item.unpack()
        run()
        apply { ship(house, null) }
        with(house) { send(1) }
    }
}
