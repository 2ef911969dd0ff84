import Telemetry
import Testing

@Suite struct MetricsTests {
  @Test func `the text is what Prometheus reads`() {
    let metrics = Metrics(program: "accord-ledger")
    let web = metrics.counter("orders_captured_total", help: "Orders captured.", labels: ["channel": "web", "a": "x\"y\\z\n"])
    web.increment()
    web.increment(by: 2)
    metrics.gauge("connections", help: "Open \\ connections.\nNow.").set(-3)
    metrics.counter("busy_seconds_total", help: "Time spent.", unit: .seconds).increment(by: 1_500_000_000)
    let sizes = metrics.histogram("frame_bytes", help: "Frames.", unit: .bytes, bounds: [10, 100])
    for size in [1, 10, 11, 1_000] as [Int64] { sizes.observe(size) }
    let times = metrics.histogram("sync_seconds", help: "Syncs.", bounds: [250_000, 2_500_000_000])
    times.observe(.microseconds(100))
    times.observe(.seconds(1))
    metrics.reading("age_seconds", help: "Age.", unit: .seconds) { 42_000_000_000 }
    #expect(
      metrics.text() == """
        # HELP accord_ledger_orders_captured_total Orders captured.
        # TYPE accord_ledger_orders_captured_total counter
        accord_ledger_orders_captured_total{a="x\\"y\\\\z\\n",channel="web"} 3
        # HELP accord_ledger_connections Open \\\\ connections.\\nNow.
        # TYPE accord_ledger_connections gauge
        accord_ledger_connections -3
        # HELP accord_ledger_busy_seconds_total Time spent.
        # TYPE accord_ledger_busy_seconds_total counter
        accord_ledger_busy_seconds_total 1.5
        # HELP accord_ledger_frame_bytes Frames.
        # TYPE accord_ledger_frame_bytes histogram
        accord_ledger_frame_bytes_bucket{le="10"} 2
        accord_ledger_frame_bytes_bucket{le="100"} 3
        accord_ledger_frame_bytes_bucket{le="+Inf"} 4
        accord_ledger_frame_bytes_sum 1022
        accord_ledger_frame_bytes_count 4
        # HELP accord_ledger_sync_seconds Syncs.
        # TYPE accord_ledger_sync_seconds histogram
        accord_ledger_sync_seconds_bucket{le="0.00025"} 1
        accord_ledger_sync_seconds_bucket{le="2.5"} 2
        accord_ledger_sync_seconds_bucket{le="+Inf"} 2
        accord_ledger_sync_seconds_sum 1.0001
        accord_ledger_sync_seconds_count 2
        # HELP accord_ledger_age_seconds Age.
        # TYPE accord_ledger_age_seconds gauge
        accord_ledger_age_seconds 42

        """)
  }

  @Test func `the same name and labels are the same figure`() {
    let metrics = Metrics(program: "x")
    metrics.counter("a_total", help: "A.", labels: ["b": "1", "c": "2"]).increment()
    metrics.counter("a_total", help: "A.", labels: ["c": "2", "b": "1"]).increment()
    #expect(metrics.text().hasSuffix("accord_x_a_total{b=\"1\",c=\"2\"} 2\n"))
  }

  @Test func `labels from outside do not fill memory`() {
    let metrics = Metrics(program: "x")
    for number in 0..<10_000 { metrics.counter("a_total", help: "A.", labels: ["path": "/\(number)"]).increment() }
    let lines = metrics.text().split(separator: "\n")
    #expect(lines.count == 2 + TelemetryLimits.seriesPerMetricMax + 1)
    #expect(lines.last == "accord_x_a_total{path=\"other\"} \(10_000 - TelemetryLimits.seriesPerMetricMax)")
  }

  @Test func `counts from many threads add up`() async {
    let counter = Metrics(program: "x").counter("a_total", help: "A.")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { for _ in 0..<10_000 { counter.increment() } } }
    }
    #expect(counter.value == 80_000)
  }

  @Test func `a process tells about itself under the names that dashboards know`() {
    let metrics = Metrics(program: "x")
    ProcessFigures.register(in: metrics, startedAt: 1_772_355_600)
    let text = metrics.text()
    #expect(text.contains("# TYPE process_cpu_seconds_total counter\n"))
    #expect(text.contains("process_start_time_seconds 1772355600\n"))
    #expect(ProcessFigures.residentBytes > 1 << 20)
  }
}
