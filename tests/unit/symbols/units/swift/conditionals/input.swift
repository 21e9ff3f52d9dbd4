#if canImport(UIKit)
import UIKit
#elseif os(Linux)
import Glibc
#endif

class Screen {
    func before() {}

    #if os(iOS)
    var size: Size { Size() }
    #elseif os(macOS)
    var size: Frame { Frame() }
    #else
        #if DEBUG
    func inner() { call(1) }
        #endif
    #endif

    func after() {
        #if DEBUG
        log("debug")
        #else
        quiet()
        #endif
        "#if".use()
    }
}

protocol Shown {
    #if DEBUG
    func dump()
    #endif
    func show()
}
