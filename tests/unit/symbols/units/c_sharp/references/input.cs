[assembly: Version("1")]

class Uses : Outer.Base<Key>, Generic<Item>
{
    [Required, Range(Min = 1, 2), Names.Custom] Item[] items;
    Item? maybe; (Item left, Other right) pair; List<Map<Key, Item>> deep; Item* pointer;
    object All(object o)
    {
        var a = (Item)o; var b = o as Other; var c = o is Third;
        var d = typeof(Fourth); var e = default(Fifth); Sixth[] f = new Sixth[3];
        Seventh.Static(); var g = new Outer.Inner(1); var h = new Outer.Deep<Key>();
        if (o is Eighth) { }
        throw new Failure(o);
    }
    void IOther<Item>.Explicit() { }
}
