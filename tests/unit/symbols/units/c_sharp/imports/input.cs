extern alias old;
global using System;
using System.Collections.Generic;
using static System.Math;
using Map = System.Collections.Generic.Dictionary<string, Shop.Entry>;
using Text = System.Text;

namespace Shop.Web
{
    using Shop.Core;

    class Page { Map map = new Map(); global::Shop.Item item; Text.Encoding text; }
}
