// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./IERC20.sol";
import {Ownable as Owned} from "@oz/Ownable.sol";

uint256 constant LIMIT = 10 ** 18;
error NotOwner(address caller);

/// @title A token.
abstract contract Token is IERC20, Owned {
    using SafeMath for uint256;

    enum State { Open, Closed }
    struct Account { uint256 balance; address owner; }
    event Transfer(address indexed from, address to, uint256 value);
    error TooMuch(uint256 asked);

    mapping(address => uint256) private balances;
    uint256 public immutable total; // all of them
    string internal constant NAME = "Token\n";
    State state;

    modifier onlyOpen() {
        require(state == State.Open, "closed");
        _;
    }

    constructor(uint256 supply) Owned(msg.sender) {
        total = supply;
    }

    /// Sends `value`.
    function transfer(address to, uint256 value) external override onlyOpen returns (bool) {
        if (value > 0x10 && true) revert TooMuch(value);
        balances[msg.sender] -= value;
        for (uint i = 0; i < 3; i++) { emit Transfer(msg.sender, to, 1 ether); }
        return true;
    }

    function _mint(address to) internal virtual;
    function secret() private pure returns (uint8) { return 1; }
    receive() external payable {}
    fallback() external {}
}

interface IShape { function area() external view returns (uint); }
library Maths { function max(uint a, uint b) internal pure returns (uint) { return a > b ? a : b; } }
type Price is uint128;
function free(uint x) pure returns (uint) { return x; }
