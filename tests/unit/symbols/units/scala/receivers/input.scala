class Cart(customer: Customer, house: Warehouse) extends Base {
  val items: Buffer[Item] = house.items
  private val log = new Logger("cart")
  var parent: Cart = null

  def ship(house: Warehouse, item: Item): Unit = {
    customer.greet()
    this.customer.address.print(1, 2)
    parent.parent.customer.greet()
    house.send[Item](item, urgent = true)
    house send item
    house.open { stop() }
    log.info("x")
    super.ship(house, item)
    new Parcel(house).seal()
    new boxes.Box[Int]
    Registry.all.put(item.name)
    items += item
    items |+| parent.items
    parent.size = 3
    count = 1
    items.map(_.name).foreach(print)
    items(0).sell()
    scala.util.Random.nextInt(3)
    sql"select ${item.name}"
    house.asInstanceOf[Depot].store()
  }
}
