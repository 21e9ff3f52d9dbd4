import Foundation
import UIKit.UIView
@testable import Shop
import struct Shop.Item
@_exported import func Darwin.exit

let item = Item(exit)
