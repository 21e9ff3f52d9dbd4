import com.example.Codec;

/** The shop. */
open module com.example.shop {
    requires java.base;
    requires transitive com.example.core;
    exports com.example.shop.api;
    uses com.example.spi.Codec;
    provides com.example.spi.Codec with com.example.shop.ShopCodec;
}
