using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shouldly;
using StreamJsonRpc;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

/// <summary>What is built on streams works on these.</summary>
public abstract partial class StreamTests
{
    [Fact]
    public void A_pipe_reader_reads_a_stream()
    {
        var (reader, writer) = NewPipeStreams();
        byte[] sent = RandomBytes(200_000);
        InLoop("a PipeReader", async () =>
        {
            var feed = FeedAsync(writer, sent, 3_000);
            var pipe = PipeReader.Create(reader);
            ReadResult result;
            do
            {
                result = await pipe.ReadAsync();
                pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
            while (!result.IsCompleted);
            result = await pipe.ReadAsync();
            System.Buffers.BuffersExtensions.ToArray(result.Buffer).AsSpan().SequenceEqual(sent).ShouldBeTrue();
            await pipe.CompleteAsync();
            await feed;
        });
    }

    [Fact]
    public void A_stream_reader_and_a_stream_writer_use_a_stream()
    {
        var (one, other) = NewSocketStreams();
        InLoop("texts", async () =>
        {
            using var reader = new StreamReader(one);
            await using var writer = new StreamWriter(other);
            var line = reader.ReadLineAsync();
            await writer.WriteLineAsync("grüße");
            await writer.FlushAsync();
            (await line).ShouldBe("grüße");
        });
    }

    [Fact]
    public void An_encrypted_stream_works_over_a_stream()
    {
        SkipUnless(HasOpenSsl(), "OpenSSL is not installed for this processor");
        var (one, other) = NewSocketStreams();
        using var certificate = NewCertificate();
        byte[] sent = RandomBytes(200_000);
        InLoop("an encrypted stream", async () =>
        {
            await using var server = new SslStream(one);
#pragma warning disable CA5359 // the test's own certificate
            await using var client = new SslStream(other, false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await Within(Task.WhenAll(
                server.AuthenticateAsServerAsync(certificate),
                client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "test", EnabledSslProtocols = SslProtocols.None })));
            byte[] received = new byte[sent.Length];
            await Within(Task.WhenAll(server.WriteAsync(sent).AsTask(), client.ReadExactlyAsync(received).AsTask()));
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
        });
    }

    [Fact]
    public void Remote_calls_work_over_a_stream()
    {
        var (one, other) = NewSocketStreams();
        InLoop("remote calls", async () =>
        {
            using var server = JsonRpc.Attach(one, new Adder());
            using var client = JsonRpc.Attach(other);
            for (int i = 0; i < 20; i++)
                (await Within(client.InvokeAsync<int>(nameof(Adder.Add), i, 2))).ShouldBe(i + 2);
        });
    }

    private static bool HasOpenSsl()
    {
        try
        {
            ECDsa.Create().Dispose();
            return true;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private sealed class Adder
    {
        private int _calls;

        public int Add(int left, int right)
        {
            _calls++;
            return _calls > 0 ? left + right : 0;
        }
    }
}
