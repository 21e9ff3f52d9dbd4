contract Empty {}
contract One { function testAdds() public { assert(1 == 1); } }
contract Broken {
    function one(uint a { return a; }
    uint public after;
    function two() public {
        assembly { let x := add(1, 2) mstore(0x0, x) }
        unchecked { uint y = 1 days; }
        try this.two() { } catch Error(string memory why) { }
    }
}
contract After {
    address payable to;
    function (uint) external returns (uint) callback;
}
