package shop;

class Order {
    private Customer customer;
    private static final Logger LOG = Logger.of(Order.class);
    final List<Item> items = new ArrayList<>();
    Order parent;

    class Line {
        void print() { customer.greet(); }
    }

    void ship(Warehouse house, Map<String, Item> stock) {
        customer.greet();
        this.customer.address.print(1, 2);
        house.send(this, items);
        items.add(new Item(3, "x"));
        stock.get("x").sell();
        LOG.info("shipped " + parent.customer);
        parent.customer.greet();
        super.ship(house);
        Order.this.close();
        new Parcel<>(house).seal();
        new shop.boxes.Box().open();
        Item first = items.get(0), second = (Item) first;
        first.price = second.price++;
        shop.Registry.instance().put(first.name, Order::close);
        print(close());
        parent.items[0].sell();
        Class<?> type = Item.class;
        (customer).greet();
    }

    Customer close() { return customer; }
}
