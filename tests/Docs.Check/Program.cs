using IOLoops.DocsCheck;

// Prints each block that is wrong, and "N passed, N failed". Exit code 0 when none is.
var checker = new Checker(Clone.Current());
checker.Run();
foreach (string problem in checker.Problems)
    Console.WriteLine($"FAIL  {problem}");
Console.WriteLine($"{checker.Right} passed, {checker.Problems.Count} failed");
return checker.Problems.Count == 0 ? 0 : 1;
