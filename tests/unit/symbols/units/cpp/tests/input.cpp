TEST(Ring, keeps_its_order)
{
    EXPECT_EQ(1, ring.size());
}

TEST_F(RingTest, wraps)
{
    wrap();
}

void plain() {}
