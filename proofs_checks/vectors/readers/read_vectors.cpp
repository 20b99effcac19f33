// Reads entmax-vectors-1.json and checks an implementation against it:
//     c++ -std=c++17 -O2 -o read_vectors read_vectors.cpp && ./read_vectors entmax-vectors-1.json
// Every test stands on one line. Numbers are read from their bits, which involves no parser of floats and no rounding.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using Row = std::vector<double>;

// Put your own implementation here; this one halves the interval of tau until no double lies inside.
static Row entmax(const Row &z, double alpha) {
    const double a = alpha - 1.0, peak = *std::max_element(z.begin(), z.end());
    double low = -1.0, high = 0.0, sum = 0.0;
    auto lifted = [&](double x, double tau) { return std::pow(std::max(a * (x - peak) - tau, 0.0), 1.0 / a); };
    for (bool last = !(alpha > 1.0); !last;) {
        double tau = low + (high - low) / 2.0, total = 0.0;
        last = tau == low || tau == high;
        for (double x : z) total += lifted(x, tau);
        (total >= 1.0 ? low : high) = tau;
    }
    Row p;
    for (double x : z) sum += p.emplace_back(alpha > 1.0 ? lifted(x, low) : std::exp(x - peak));
    for (double &x : p) x /= sum;
    return p;
}

static double from_bits(const std::string &word) {
    const std::uint64_t bits = std::stoull(word, nullptr, 16);
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// The numbers of the list that follows the name.
static Row numbers(const std::string &line, const std::string &name) {
    Row found;
    const std::size_t end = line.find(']', line.find(name));
    for (std::size_t at = line.find('[', line.find(name)); (at = line.find('"', at)) < end; at += 18)
        found.push_back(from_bits(line.substr(at + 1, 16)));
    return found;
}

int main(int argc, char **argv) {
    const std::string file = argc > 1 ? argv[1] : "entmax-vectors-1.json", head = "\"alphaBits\": \"";
    std::ifstream stream(file);
    double alpha = 1.0;
    int tests = 0, wrong = 0;
    for (std::string line; std::getline(stream, line);) {
        if (auto at = line.find(head); at != line.npos) alpha = from_bits(line.substr(at + head.size(), 16));
        const auto at = line.find("\"bits\": ");
        if (at == line.npos) continue;
        const std::string test = line.substr(line.find("\"float64\"", at));
        const Row lower = numbers(test, "\"lower\""), upper = numbers(test, "\"upper\"");
        const Row budget = numbers(test, "\"budget\""), p = entmax(numbers(test, "\"logits\""), alpha);
        std::size_t i = 0;
        while (i < p.size() && p[i] >= lower[i] - budget[i] && p[i] <= upper[i] + budget[i]) i++;
        if (i < p.size()) std::cout << line.substr(1, line.find(',') - 1) << ": token " << i << " is " << p[i] << "\n";
        wrong += i < p.size();
        tests++;
    }
    std::cout << tests << " tests, " << wrong << " wrong\n";
    return wrong || !tests;
}
