// Reads entmax-vectors-1.json and checks an implementation against it:
//     rustc -O read_vectors.rs && ./read_vectors entmax-vectors-1.json
// The standard library has no JSON and no parser of hexadecimal floats, but every test stands on one line, and the
// decimals read back as the same numbers.
use std::{env, fs, process};

/// Put your own implementation here; this one halves the interval of tau until no number lies inside.
fn entmax(z: &[f64], alpha: f64) -> Vec<f64> {
    let (a, peak) = (alpha - 1.0, z.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let lifted = |x: f64, tau: f64| (a * (x - peak) - tau).max(0.0).powf(1.0 / a);
    let (mut low, mut high) = (-1.0, 0.0);
    while alpha > 1.0 {
        let tau = low + (high - low) / 2.0;
        let last = tau == low || tau == high;
        let total: f64 = z.iter().map(|&x| lifted(x, tau)).sum();
        if total >= 1.0 { low = tau } else { high = tau }
        if last { break }
    }
    let p: Vec<f64> = z.iter().map(|&x| if alpha > 1.0 { lifted(x, low) } else { (x - peak).exp() }).collect();
    let sum: f64 = p.iter().sum();
    p.iter().map(|x| x / sum).collect()
}

/// The numbers of the list that follows `name`.
fn numbers(line: &str, name: &str) -> Vec<f64> {
    let rest = &line[line.find(name).expect(name)..];
    let list = &rest[rest.find('[').unwrap() + 1..rest.find(']').unwrap()];
    list.split(", ").map(|word| word.trim_matches('"').parse().expect(word)).collect()
}

fn main() {
    let name = env::args().nth(1).unwrap_or_else(|| "entmax-vectors-1.json".into());
    let (mut tests, mut wrong, mut alpha) = (0, 0, 1.0);
    for line in fs::read_to_string(&name).expect(&name).lines() {
        if let Some(at) = line.find("\"alphaDecimal\": \"") {
            alpha = line[at + 17..].split('"').next().unwrap().parse().unwrap();
        }
        let Some(at) = line.find("\"decimal\": ") else { continue };
        let test = &line[at..];
        let (lower, upper) = (numbers(test, "\"lower\""), numbers(test, "\"upper\""));
        let budget = numbers(&test[test.find("\"budget\"").unwrap()..], "\"float64\"");
        let p = entmax(&numbers(test, "\"logits\""), alpha);
        let right = |i: usize| p[i] >= lower[i] - budget[i] && p[i] <= upper[i] + budget[i];
        if let Some(i) = (0..p.len()).find(|&i| !right(i)) {
            println!("{}: token {} is {:e}", line.split(',').next().unwrap(), i, p[i]);
            wrong += 1;
        }
        tests += 1;
    }
    println!("{tests} tests, {wrong} wrong");
    process::exit((wrong > 0 || tests == 0) as i32);
}
