using namespace std;
using util::helper;
namespace fs = std::filesystem;

namespace a::b {
void inside();
static int counter;
namespace {
int secret() { return helper(); }
}
}

extern "C" {
int exported(int x);
}

void a::b::inside()
{
    fs::path p("x");
    counter = a::b::secret();
    ::global();
}

extern template class Ring<int>;
